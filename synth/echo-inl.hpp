// What was said a while ago: delay lines, for one vector unit at a time. All are read before they are written, so what
// was written last is one frame old. Between frames the third-degree polynomial through the four nearest is read: it is
// never louder than what was written, so feedback may run through it.
#if defined(ANTIPHON_SYNTH_ECHO_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_ECHO_INL
#undef ANTIPHON_SYNTH_ECHO_INL
#else
#define ANTIPHON_SYNTH_ECHO_INL
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "synth/room-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

inline constexpr float kLeastDelay = 2;  // frames: one newer is needed, to read between

/// Frames, up to a power of two.
HWY_INLINE std::int32_t ringFor(double frames) {
  std::int32_t ring = 8;
  while (ring < frames + 8) ring *= 2;
  return ring;
}

/// A delay line in each lane, each read at a place of its own.
class Lines {
 public:
  explicit Lines(double longest)
      : ring_{ringFor(longest)},
        stride_{ring_ + kGuard + kApart},
        memory_(static_cast<std::size_t>(stride_) * kLanes) {}

  /// What each lane wrote so many frames ago, kLeastDelay at the least.
  HWY_INLINE Lanes read(Lanes delay) const {
    const Lanes whole = floor(delay);
    alignas(32) std::int32_t places[kLanes];
    ANTIPHON_EACH {
      const auto oldest = hn::Sub(hn::Set(Whole(), at_ - 2), hn::ConvertTo(Whole(), whole.part[p]));
      hn::StoreU(hn::And(oldest, hn::Set(Whole(), ring_ - 1)), Whole(), places + p * kPart);
    }
    Lanes tap[4];
    ANTIPHON_EACH turned(places + p * kPart, p * kPart, p, tap);
    // The polynomial through the four taps at 2, 1, 0, -1: the oldest stands first.
    const Lanes x = delay - whole, lower = x + 1.0f, upper = x - 1.0f, top = x - 2.0f;
    const Lanes outer = x * upper * (1.0f / 6), inner = lower * top * 0.5f;
    return mulAdd(outer, mulAdd(lower, tap[0], -(top * tap[3])), inner * mulAdd(upper, tap[2], -(x * tap[1])));
  }
  HWY_INLINE void write(Lanes lanes) {
    alignas(32) float now[kLanes];
    lanes.to(now);
    for (int lane = 0; lane < kLanes; ++lane) memory_[place(lane, at_)] = now[lane];
    // The beginning stands behind the end once more, so that four taps always lie side by side.
    if (at_ < kGuard) {
      for (int lane = 0; lane < kLanes; ++lane) memory_[place(lane, at_) + static_cast<std::size_t>(ring_)] = now[lane];
    }
    at_ = (at_ + 1) & (ring_ - 1);
  }
  void forget() {
    std::fill(memory_.begin(), memory_.end(), 0.0f);
    at_ = 0;
  }

 private:
  static constexpr std::int32_t kGuard = 4;
  static constexpr std::int32_t kApart = 76;  // lines a power of two apart would drive each other out of the cache

  HWY_INLINE std::size_t place(int lane, std::int32_t when) const {
    return static_cast<std::size_t>(lane * stride_ + (when & (ring_ - 1)));
  }
  /// Four taps from each of a part's lines, turned so that tap k of all lines stands in tap[k].
  HWY_INLINE void turned(const std::int32_t* places, std::size_t lane, std::size_t p, Lanes* tap) const {
#if HWY_TARGET == HWY_SCALAR
    const float* from = memory_.data() + lane * static_cast<std::size_t>(stride_) + places[0];
    for (std::size_t k = 0; k < 4; ++k) tap[k].part[p] = hn::LoadU(Real(), from + k);
#else
    hn::Vec<Real> row[4];
    for (std::size_t i = 0; i < 4; ++i) {
      const float* from = memory_.data() + (lane + i) * static_cast<std::size_t>(stride_) + places[i];
#if HWY_MAX_BYTES >= 32
      const float* other = memory_.data() + (lane + i + 4) * static_cast<std::size_t>(stride_) + places[i + 4];
      const hn::Half<Real> four;
      row[i] = hn::Combine(Real(), hn::LoadU(four, other), hn::LoadU(four, from));
#else
      row[i] = hn::LoadU(Real(), from);
#endif
    }
    const auto even = hn::InterleaveLower(Real(), row[0], row[2]), odd = hn::InterleaveLower(Real(), row[1], row[3]);
    const auto later = hn::InterleaveUpper(Real(), row[0], row[2]), last = hn::InterleaveUpper(Real(), row[1], row[3]);
    tap[0].part[p] = hn::InterleaveLower(Real(), even, odd);
    tap[1].part[p] = hn::InterleaveUpper(Real(), even, odd);
    tap[2].part[p] = hn::InterleaveLower(Real(), later, last);
    tap[3].part[p] = hn::InterleaveUpper(Real(), later, last);
#endif
  }

  std::int32_t ring_, stride_;
  std::int32_t at_ = 0;
  std::vector<float> memory_;
};

/// A long delay line for left and right, both read at the same place.
class Tape {
 public:
  explicit Tape(double longest) : ring_{ringFor(longest)}, memory_(static_cast<std::size_t>(ring_ + kGuard) * 2) {}

  /// What was written so many frames ago, kLeastDelay at the least, in a room's lanes.
  HWY_INLINE Lanes read(double delay) const {
    const auto whole = static_cast<std::int32_t>(delay);
    const Lanes x = static_cast<float>(delay - whole);
    Lanes shares = Lanes::from(kCubed);
    for (const float* factor : {kSquared, kOnce, kNone}) shares = mulAdd(shares, x, Lanes::from(factor));
    const auto oldest = static_cast<std::size_t>((at_ - whole - 2) & (ring_ - 1));
    return sidesOf(Lanes::from(memory_.data() + oldest * 2) * shares);
  }
  HWY_INLINE void write(Lanes lanes) {
    alignas(32) float now[kLanes];
    lanes.to(now);
    std::copy_n(now, 2, memory_.data() + at_ * 2);
    if (at_ < kGuard) std::copy_n(now, 2, memory_.data() + (at_ + ring_) * 2);
    at_ = (at_ + 1) & (ring_ - 1);
  }
  void forget() {
    std::fill(memory_.begin(), memory_.end(), 0.0f);
    at_ = 0;
  }

 private:
  static constexpr std::int32_t kGuard = 4;
  // Each tap's share, as a polynomial of what is between two frames.
  alignas(32) static constexpr float kCubed[kLanes] = {1.0f / 6, 1.0f / 6, -0.5f,     -0.5f,
                                                       0.5f,     0.5f,     -1.0f / 6, -1.0f / 6};
  alignas(32) static constexpr float kSquared[kLanes] = {0, 0, 0.5f, 0.5f, -1, -1, 0.5f, 0.5f};
  alignas(32) static constexpr float kOnce[kLanes] = {-1.0f / 6, -1.0f / 6, 1, 1, -0.5f, -0.5f, -1.0f / 3, -1.0f / 3};
  alignas(32) static constexpr float kNone[kLanes] = {0, 0, 0, 0, 1, 1, 0, 0};

  std::int32_t ring_;
  std::int32_t at_ = 0;
  std::vector<float> memory_;
};

/// A length that goes where it is sent as a tape machine's does: it takes its time, and the sound bends instead of
/// clicking.
class Travel {
 public:
  Travel(SampleRate rate, double seconds) : share_{1 - std::exp(-1 / (seconds * rate.hertz))} {}

  /// One frame on. The first is there at once.
  HWY_INLINE double to(double goal) {
    if (now_ < 0 || std::abs(goal - now_) < 1e-4) now_ = goal;
    else now_ += (goal - now_) * share_;
    return now_;
  }
  double now() const { return now_; }
  bool at(double goal) const { return now_ == goal; }
  void forget() { now_ = -1; }

 private:
  double share_;
  double now_ = -1;
};

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
