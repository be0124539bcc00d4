// Eight voices in one go, for one vector unit at a time. A module's file includes synth/module_begin-inl.hpp, which
// brings this, once for each unit.
#if defined(ANTIPHON_SYNTH_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_LANES_INL
#undef ANTIPHON_SYNTH_LANES_INL
#else
#define ANTIPHON_SYNTH_LANES_INL
#endif

#include <hwy/highway.h>

#include "synth/signal.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Real = hn::CappedTag<float, kLanes>;
using Whole = hn::RebindToSigned<Real>;
inline constexpr std::size_t kPart = hn::MaxLanes(Real());
inline constexpr std::size_t kParts = kLanes / kPart;

// Where a unit's vectors are narrower than eight lanes, a Lanes is several of them; the loops over them vanish.
#define ANTIPHON_EACH for (std::size_t p = 0; p < kParts; ++p)

/// Yes or no in eight lanes.
struct Answers {
  hn::Mask<Real> part[kParts];

  friend HWY_INLINE Answers operator&(Answers a, Answers b) {
    ANTIPHON_EACH a.part[p] = hn::And(a.part[p], b.part[p]);
    return a;
  }
  friend HWY_INLINE Answers operator|(Answers a, Answers b) {
    ANTIPHON_EACH a.part[p] = hn::Or(a.part[p], b.part[p]);
    return a;
  }
  friend HWY_INLINE Answers operator!(Answers a) {
    ANTIPHON_EACH a.part[p] = hn::Not(a.part[p]);
    return a;
  }
  /// A bit for each lane.
  HWY_INLINE unsigned bits() const {
    unsigned all = 0;
    ANTIPHON_EACH {
      std::uint8_t some[8] = {};
      hn::StoreMaskBits(Real(), part[p], some);
      all |= static_cast<unsigned>(some[0]) << (p * kPart);
    }
    return all;
  }
  HWY_INLINE bool any() const { return bits() != 0; }
};

/// Eight numbers.
struct Lanes {
  hn::Vec<Real> part[kParts];

  HWY_INLINE Lanes() = default;
  // A plain number is eight of it, so that formulas read as they are written on paper.
  HWY_INLINE Lanes(float all) {  // NOLINT(google-explicit-constructor)
    ANTIPHON_EACH part[p] = hn::Set(Real(), all);
  }
  static HWY_INLINE Lanes from(const float* at) {
    Lanes lanes;
    ANTIPHON_EACH lanes.part[p] = hn::LoadU(Real(), at + p * kPart);
    return lanes;
  }
  HWY_INLINE void to(float* at) const { ANTIPHON_EACH hn::StoreU(part[p], Real(), at + p * kPart); }

#define ANTIPHON_OPERATOR(sign, Function)                         \
  friend HWY_INLINE Lanes operator sign(Lanes a, Lanes b) {       \
    ANTIPHON_EACH a.part[p] = hn::Function(a.part[p], b.part[p]); \
    return a;                                                     \
  }                                                               \
  HWY_INLINE Lanes& operator sign##=(Lanes b) { return *this = *this sign b; }
  ANTIPHON_OPERATOR(+, Add)
  ANTIPHON_OPERATOR(-, Sub)
  ANTIPHON_OPERATOR(*, Mul)
  ANTIPHON_OPERATOR(/, Div)
#undef ANTIPHON_OPERATOR
#define ANTIPHON_COMPARISON(sign, Function)                             \
  friend HWY_INLINE Answers operator sign(Lanes a, Lanes b) {           \
    Answers answers;                                                    \
    ANTIPHON_EACH answers.part[p] = hn::Function(a.part[p], b.part[p]); \
    return answers;                                                     \
  }
  ANTIPHON_COMPARISON(<, Lt)
  ANTIPHON_COMPARISON(<=, Le)
  ANTIPHON_COMPARISON(>, Gt)
  ANTIPHON_COMPARISON(>=, Ge)
#undef ANTIPHON_COMPARISON
  friend HWY_INLINE Lanes operator-(Lanes a) {
    ANTIPHON_EACH a.part[p] = hn::Neg(a.part[p]);
    return a;
  }
};

#define ANTIPHON_UNARY(name, Function)                 \
  HWY_INLINE Lanes name(Lanes a) {                     \
    ANTIPHON_EACH a.part[p] = hn::Function(a.part[p]); \
    return a;                                          \
  }
ANTIPHON_UNARY(abs, Abs)
ANTIPHON_UNARY(floor, Floor)
ANTIPHON_UNARY(round, Round)
ANTIPHON_UNARY(sqrt, Sqrt)
#undef ANTIPHON_UNARY

HWY_INLINE Lanes min(Lanes a, Lanes b) {
  ANTIPHON_EACH a.part[p] = hn::Min(a.part[p], b.part[p]);
  return a;
}
HWY_INLINE Lanes max(Lanes a, Lanes b) {
  ANTIPHON_EACH a.part[p] = hn::Max(a.part[p], b.part[p]);
  return a;
}
HWY_INLINE Lanes within(Lanes least, Lanes a, Lanes most) { return min(max(a, least), most); }
/// a * b + c, rounded once where the unit can.
HWY_INLINE Lanes mulAdd(Lanes a, Lanes b, Lanes c) {
  ANTIPHON_EACH a.part[p] = hn::MulAdd(a.part[p], b.part[p], c.part[p]);
  return a;
}
HWY_INLINE Lanes choose(Answers which, Lanes yes, Lanes no) {
  ANTIPHON_EACH yes.part[p] = hn::IfThenElse(which.part[p], yes.part[p], no.part[p]);
  return yes;
}
HWY_INLINE Answers differ(Lanes a, Lanes b) { return (a < b) | (a > b); }
HWY_INLINE float sum(Lanes a) {
  float all = 0;
  ANTIPHON_EACH all += hn::GetLane(hn::SumOfLanes(Real(), a.part[p]));
  return all;
}

/// 2^x, to about one in ten million, for -126 .. 127.
HWY_INLINE Lanes exp2(Lanes x) {
  x = within(-126.0f, x, 127.0f);
  const Lanes whole = round(x), r = x - whole;
  Lanes series = 1.5403530e-4f;
  for (const float factor : {1.3333558e-3f, 9.6181291e-3f, 5.5504109e-2f, 2.4022651e-1f, 6.9314718e-1f, 1.0f})
    series = mulAdd(series, r, factor);
  Lanes result;
  ANTIPHON_EACH {
    const auto power = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(Whole(), whole.part[p]), hn::Set(Whole(), 127)));
    result.part[p] = hn::Mul(series.part[p], hn::BitCast(Real(), power));
  }
  return result;
}
HWY_INLINE Lanes exp(Lanes x) { return exp2(x * 1.44269504f); }
/// How many times the frequency, so many semitones higher.
HWY_INLINE Lanes ratioOf(Lanes semitones) { return exp2(semitones * (1.0f / 12)); }

/// The sine of x turns; of up to a million turns.
HWY_INLINE Lanes sineOf(Lanes x) {
  x = x - round(x);                                  // -1/2 .. 1/2
  const Lanes folded = 0.25f - abs(abs(x) - 0.25f);  // the sine's first quarter turn, up and down again
  const Lanes y = choose(x < 0.0f, -folded, folded), y2 = y * y;
  Lanes series = 3.8199525f;  // the series of sin(2 pi y)
  for (const float factor : {-15.0946426f, 42.0586940f, -76.7058597f, 81.6052493f, -41.3417022f, 6.2831853f})
    series = mulAdd(series, y2, factor);
  return series * y;
}
HWY_INLINE Lanes cosineOf(Lanes x) { return sineOf(x + 0.25f); }

/// tanh, to about one in a hundred thousand.
HWY_INLINE Lanes tanh(Lanes x) {
  x = within(-9.0f, x, 9.0f);
  const Lanes e = exp2(x * 2.88539008f);
  return (e - 1.0f) / (e + 1.0f);
}

/// tan of x * pi, for 0 .. 0.49: what a filter's frequency is bent by.
HWY_INLINE Lanes tanOfPi(Lanes x) { return sineOf(x * 0.5f) / cosineOf(x * 0.5f); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
