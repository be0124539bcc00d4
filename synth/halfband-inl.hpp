// Twice as many frames a second and back, for one vector unit at a time: what is bent in between makes its overtones
// where they can still be taken away.
#if defined(ANTIPHON_SYNTH_HALFBAND_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_HALFBAND_INL
#undef ANTIPHON_SYNTH_HALFBAND_INL
#else
#define ANTIPHON_SYNTH_HALFBAND_INL
#endif

#include <cmath>
#include <numbers>

#include "synth/curves-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

/// An elliptic half-band low-pass as two chains of all-passes, one for the even frames of the faster rate and one for
/// the odd. They turn phases, but whatever goes through both ways is turned alike.
template <std::size_t kSections>
class HalfBand {
 public:
  /// The width of what is neither passed nor stopped, as a part of the faster rate.
  explicit HalfBand(double width) {
    // By the series of Jacobi's theta functions: the poles of an elliptic filter that is symmetric about the middle.
    const double tangent = std::tan((1 - 2 * width) * std::numbers::pi / 4), k = tangent * tangent;
    const double root = std::sqrt(std::sqrt(1 - k * k)), e = 0.5 * (1 - root) / (1 + root), e4 = e * e * e * e;
    const double q = e * (1 + e4 * (2 + e4 * (15 + 150 * e4)));
    for (std::size_t s = 0; s < kSections; ++s) {
      const double angle = static_cast<double>(s + 1) * std::numbers::pi / (2 * kSections + 1);
      double above = 0, below = 0.5;
      for (int i = 0; i < 8; ++i) {
        const double sign = i % 2 == 0 ? 1 : -1;
        above += sign * std::pow(q, i * (i + 1)) * std::sin((2 * i + 1) * angle);
        if (i > 0) below += sign * std::pow(q, i * i) * std::cos(2 * i * angle);
      }
      const double w = std::pow(std::pow(q, 0.25) * above / below, 2);
      const double r = std::sqrt((1 - w * k) * (1 - w / k)) / (1 + w);
      at_[s] = static_cast<float>((1 - r) / (1 + r));
    }
  }

  /// Of one direction.
  struct Memory {
    alignas(32) float even[kSections / 2 + 2][kLanes] = {}, odd[kSections / 2 + 2][kLanes] = {};
  };

  /// Twice as many come out as go in.
  HWY_INLINE void up(Memory& memory, const Lanes* in, Lanes* out, std::size_t count) const {
    Chain<0> even{memory.even};
    Chain<1> odd{memory.odd};
    for (std::size_t i = 0; i < count; ++i) {
      out[2 * i] = even.next(at_, in[i]);
      out[2 * i + 1] = odd.next(at_, in[i]);
    }
    even.keep(memory.even);
    odd.keep(memory.odd);
  }
  /// `count` come out, and twice as many go in.
  HWY_INLINE void down(Memory& memory, const Lanes* in, Lanes* out, std::size_t count) const {
    Chain<0> even{memory.even};
    Chain<1> odd{memory.odd};
    for (std::size_t i = 0; i < count; ++i) out[i] = 0.5f * (even.next(at_, in[2 * i + 1]) + odd.next(at_, in[2 * i]));
    even.keep(memory.even);
    odd.keep(memory.odd);
  }

 private:
  /// Every second section. What one section said last is what the next one heard last.
  template <std::size_t kFirst>
  struct Chain {
    static constexpr std::size_t kPlaces = (kSections - kFirst + 1) / 2 + 1;
    Lanes last[kPlaces];

    HWY_INLINE explicit Chain(const float (*memory)[kLanes]) {
      for (std::size_t i = 0; i < kPlaces; ++i) last[i] = Lanes::from(memory[i]);
    }
    HWY_INLINE void keep(float (*memory)[kLanes]) const {
      for (std::size_t i = 0; i < kPlaces; ++i) last[i].to(memory[i]);
    }
    HWY_INLINE Lanes next(const float* sections, Lanes x) {
#pragma GCC unroll 8
      for (std::size_t i = 1; i < kPlaces; ++i) {
        const Lanes section = sections[kFirst + 2 * (i - 1)];
        const Lanes y = mulAdd(section, x, subMul(last[i - 1], section, last[i]));
        last[i - 1] = x;
        x = y;
      }
      last[kPlaces - 1] = x;
      return x;
    }
  };

  float at_[kSections];
};

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
