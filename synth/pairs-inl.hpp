// Sixteen voices in one go, two groups of eight, for the vector units that hold so many: what has to wait for its last
// frame then waits half as often.
#if defined(ANTIPHON_SYNTH_PAIRS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_PAIRS_INL
#undef ANTIPHON_SYNTH_PAIRS_INL
#else
#define ANTIPHON_SYNTH_PAIRS_INL
#endif

#include "synth/lanes-inl.hpp"

#undef ANTIPHON_HAVE_PAIRS
#if HWY_MAX_BYTES >= 64
#define ANTIPHON_HAVE_PAIRS

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

struct Pair {
  using Both = hn::FixedTag<float, 2 * kLanes>;
  hn::Vec<Both> both;

  static HWY_INLINE Pair of(Lanes low, Lanes high) { return {hn::Combine(Both(), high.part[0], low.part[0])}; }
  /// The same in both groups.
  static HWY_INLINE Pair twice(Lanes lanes) { return of(lanes, lanes); }
  static HWY_INLINE Pair from(const float* low, const float* high) { return of(Lanes::from(low), Lanes::from(high)); }
  HWY_INLINE void to(float* low, float* high) const {
    hn::StoreU(hn::LowerHalf(Real(), both), Real(), low);
    hn::StoreU(hn::UpperHalf(Real(), both), Real(), high);
  }

  friend HWY_INLINE Pair operator+(Pair a, Pair b) { return {hn::Add(a.both, b.both)}; }
  friend HWY_INLINE Pair operator*(Pair a, Pair b) { return {hn::Mul(a.both, b.both)}; }
  friend HWY_INLINE Pair operator-(Pair a) { return {hn::Neg(a.both)}; }
  friend HWY_INLINE Pair mulAdd(Pair a, Pair b, Pair c) { return {hn::MulAdd(a.both, b.both, c.both)}; }
  /// c - a * b
  friend HWY_INLINE Pair subMul(Pair c, Pair a, Pair b) { return {hn::NegMulAdd(a.both, b.both, c.both)}; }
  friend HWY_INLINE Pair within(Pair least, Pair a, Pair most) {
    return {hn::Min(hn::Max(a.both, least.both), most.both)};
  }
};

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
#endif
