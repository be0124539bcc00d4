// Curves and conversions that filters and dynamics share, for one vector unit at a time.
#if defined(ANTIPHON_SYNTH_CURVES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_CURVES_INL
#undef ANTIPHON_SYNTH_CURVES_INL
#else
#define ANTIPHON_SYNTH_CURVES_INL
#endif

#include <utility>

#include "synth/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

/// a * b - c
HWY_INLINE Lanes mulSub(Lanes a, Lanes b, Lanes c) {
  ANTIPHON_EACH a.part[p] = hn::MulSub(a.part[p], b.part[p], c.part[p]);
  return a;
}
/// c - a * b
HWY_INLINE Lanes subMul(Lanes c, Lanes a, Lanes b) {
  ANTIPHON_EACH c.part[p] = hn::NegMulAdd(a.part[p], b.part[p], c.part[p]);
  return c;
}

/// In the room: what the other ear hears.
HWY_INLINE Lanes otherEar(Lanes a) {
  if constexpr (kPart == 1) {  // a vector of one has no neighbour in it
    for (std::size_t p = 0; p < kParts; p += 2) std::swap(a.part[p], a.part[p + 1]);
  } else {
    ANTIPHON_EACH a.part[p] = hn::Reverse2(Real(), a.part[p]);
  }
  return a;
}

/// The logarithm to base 2, to about one in ten million; of less than 1e-30, that of 1e-30.
HWY_INLINE Lanes log2(Lanes x) {
  x = max(x, 1e-30f);
  Lanes power, rest;  // x = 2^power * rest, rest about 1
  ANTIPHON_EACH {
    const auto bits = hn::BitCast(Whole(), x.part[p]);
    const auto whole = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(Whole(), 0x3f3504f3)));  // the root of a half
    power.part[p] = hn::ConvertTo(Real(), whole);
    rest.part[p] = hn::BitCast(Real(), hn::Sub(bits, hn::ShiftLeft<23>(whole)));
  }
  const Lanes s = (rest - 1.0f) / (rest + 1.0f), s2 = s * s;
  Lanes series = 0.41219858f;  // 2 / ln 2 of 1/7, 1/5, 1/3, 1
  for (const float factor : {0.57707802f, 0.96179669f, 2.88539008f}) series = mulAdd(series, s2, factor);
  return mulAdd(series, s, power);
}
HWY_INLINE Lanes decibelsOf(Lanes gain) { return log2(gain) * 6.0205999f; }
HWY_INLINE Lanes gainOf(Lanes decibels) { return exp2(decibels * 0.16609640f); }

/// Between tanh and a straight line's end: within 3% of tanh, and level from 3 on. Costs a division.
HWY_INLINE Lanes saturated(Lanes x) {
  x = within(-3.0f, x, 3.0f);
  const Lanes x2 = x * x;
  return x * (x2 + 27.0f) / mulAdd(x2, 9.0f, 27.0f);
}

/// What a frequency becomes in a filter whose integrators are trapezoids: the sine and cosine of half the angle it
/// turns in a frame, whose quotient is the integrators' gain.
struct Bent {
  Lanes sine, cosine;
};

class Bending {
 public:
  explicit Bending(SampleRate rate) : halfTurns_{static_cast<float>(3.14159265358979 / rate.hertz)} {}

  HWY_INLINE Bent bend(Lanes hertz, Lanes semitones) const { return bend(hertz * ratioOf(semitones)); }
  HWY_INLINE Bent bend(Lanes hertz) const {
    const Lanes x = within(1e-5f, hertz * halfTurns_, 1.48f), x2 = x * x;  // up to 0.471 of the rate
    Lanes sine = -2.5052108e-8f, cosine = 2.0876757e-9f;
    for (const float factor : {2.7557319e-6f, -1.9841270e-4f, 8.3333333e-3f, -1.6666667e-1f, 1.0f})
      sine = mulAdd(sine, x2, factor);
    for (const float factor : {-2.7557319e-7f, 2.4801587e-5f, -1.3888889e-3f, 4.1666667e-2f, -0.5f, 1.0f})
      cosine = mulAdd(cosine, x2, factor);
    return {sine * x, cosine};
  }

 private:
  float halfTurns_;
};

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
