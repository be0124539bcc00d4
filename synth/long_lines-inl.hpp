// Eight delay lines so long that a run of frames can be read before it is written, for one vector unit at a time: then
// each line is worked on along time, which costs a fraction of going from line to line at every frame.
#if defined(ANTIPHON_SYNTH_LONG_LINES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_LONG_LINES_INL
#undef ANTIPHON_SYNTH_LONG_LINES_INL
#else
#define ANTIPHON_SYNTH_LONG_LINES_INL
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "synth/fours-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

/// Frames of eight lanes, one after the other; a few more than a block, so that work may overrun.
struct Rows {
  alignas(64) float at[kBlock + 8][kLanes];
};

/// Four frames of eight lines become four rows.
HWY_INLINE void toRows(const float* const* lines, float* rows) {
  Lanes row[4];
  rowsOf(lines, row);
  for (std::size_t k = 0; k < 4; ++k) row[k].to(rows + k * kLanes);
}
/// And back.
HWY_INLINE void toLines(const float* rows, float* const* lines) {
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lines[lane][k] = rows[k * kLanes + lane];
  }
#else
  ANTIPHON_EACH {
    hn::Vec<Real> row[4];
    for (std::size_t k = 0; k < 4; ++k) row[k] = hn::LoadU(Real(), rows + k * kLanes + p * kPart);
    turn(row);
    for (std::size_t i = 0; i < 4; ++i) {
#if HWY_MAX_BYTES >= 32
      const hn::Half<Real> four;
      hn::StoreU(hn::LowerHalf(four, row[i]), four, lines[i]);
      hn::StoreU(hn::UpperHalf(four, row[i]), four, lines[i + 4]);
#else
      hn::StoreU(row[i], Real(), lines[p * kPart + i]);
#endif
    }
  }
#endif
}

class LongLines {
 public:
  static constexpr float kLeast = kBlock + 8;  // frames

  /// With fewer lines than lanes, a power of two, the first lanes are written, and all read them in turn.
  explicit LongLines(double longest, int lines = kLanes)
      : lines_{lines},
        ring_{ringFor(longest)},
        stride_{ring_ + kGuard + kApart},
        memory_(static_cast<std::size_t>(stride_ * lines)) {}

  /// The next `frames` of each line, as they were `delay` frames before.
  HWY_INLINE void read(const std::int32_t* delay, int frames, Rows& to) const {
    const float* lines[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) lines[lane] = line(lane) + place(at_ - delay[lane]);
    for (int f = 0; f < frames; f += 4) {
      toRows(lines, to.at[f]);
      for (const float*& from : lines) from += 4;
    }
  }
  /// Likewise, while each line's delay grows by `growth` in every frame; the run begins `begun` frames after the delay
  /// was what it is said to be. What is not between two frames by then is read from beside them, up to a half frame.
  HWY_INLINE void read(const float* delay, const float* growth, int begun, int frames, Rows& to) const {
    alignas(32) static constexpr float kAhead[kLanes] = {0, 1, 2, 3, 4, 5, 6, 7};
    alignas(64) float heard[kLanes][kBlock + 8];
    for (int lane = 0; lane < kLanes; ++lane) {
      const float whole = std::floor(delay[lane]);
      const float* oldest = line(lane) + place(at_ - static_cast<std::int32_t>(whole) - 2);
      const Lanes start = delay[lane] - whole, slope = growth[lane];
      for (int f = 0; f < frames; f += kLanes) {
        const Lanes x = mulAdd(Lanes::from(kAhead) + static_cast<float>(begun + f), slope, start);
        between(x, oldest + f).to(heard[lane] + f);
      }
    }
    turnRows(heard, frames, to);
  }
  /// Likewise, however fast the delays change.
  HWY_INLINE void readFast(const float* delay, const float* growth, int begun, int frames, Rows& to) const {
    for (int lane = 0; lane < kLanes; ++lane) {
      for (int f = 0; f < frames; ++f) {
        const float now = delay[lane] + growth[lane] * static_cast<float>(begun + f), whole = std::floor(now);
        const float* oldest = line(lane) + place(at_ + f - static_cast<std::int32_t>(whole) - 2);
        const float x = now - whole, lower = x + 1, upper = x - 1, top = x - 2;
        to.at[f][lane] = x * upper * (1.0f / 6) * (lower * oldest[0] - top * oldest[3]) +
                         lower * top * 0.5f * (upper * oldest[2] - x * oldest[1]);
      }
    }
  }
  HWY_INLINE void write(const Rows& from, int frames) {
    alignas(64) float nowhere[kBlock + 8];
    float* lines[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) lines[lane] = lane < lines_ ? line(lane) + at_ : nowhere;
    for (int f = 0; f < frames; f += 4) {
      toLines(from.at[f], lines);
      for (float*& to : lines) to += 4;
    }
    // What stands behind the end stands at the beginning as well, so that no run has to be cut in two.
    const int end = at_ + frames;
    for (int lane = 0; lane < lines_ && (at_ < kGuard || end > ring_); ++lane) {
      float* const ring = line(lane);
      if (end > ring_) std::copy(ring + ring_, ring + end, ring);
      else std::copy(ring + at_, ring + std::min(end, kGuard), ring + at_ + ring_);
    }
    at_ = end & (ring_ - 1);
  }
  void forget() {
    std::fill(memory_.begin(), memory_.end(), 0.0f);
    at_ = 0;
  }

 private:
  static constexpr int kGuard = 2 * kBlock;
  static constexpr int kApart = 80;  // lines a power of two apart would drive each other out of the cache

  static std::int32_t ringFor(double frames) {
    std::int32_t ring = 4 * kGuard;
    while (ring < frames + 2 * kGuard) ring *= 2;
    return ring;
  }
  HWY_INLINE std::size_t place(std::int32_t when) const { return static_cast<std::size_t>(when & (ring_ - 1)); }
  HWY_INLINE const float* line(int lane) const {
    return memory_.data() + static_cast<std::size_t>((lane & (lines_ - 1)) * stride_);
  }
  HWY_INLINE float* line(int lane) {
    return memory_.data() + static_cast<std::size_t>((lane & (lines_ - 1)) * stride_);
  }

  /// The polynomial through four frames, x before the second last.
  static HWY_INLINE Lanes between(Lanes x, const float* oldest) {
    const Lanes lower = x + 1.0f, upper = x - 1.0f, top = x - 2.0f;
    const Lanes outer = x * upper * (1.0f / 6), inner = lower * top * 0.5f;
    const Lanes far = mulAdd(lower, Lanes::from(oldest), -(top * Lanes::from(oldest + 3)));
    const Lanes near = mulAdd(upper, Lanes::from(oldest + 2), -(x * Lanes::from(oldest + 1)));
    return mulAdd(outer, far, inner * near);
  }
  static HWY_INLINE void turnRows(const float (&heard)[kLanes][kBlock + 8], int frames, Rows& to) {
    for (int f = 0; f < frames; f += 4) {
      const float* lines[kLanes];
      for (int lane = 0; lane < kLanes; ++lane) lines[lane] = heard[lane] + f;
      toRows(lines, to.at[f]);
    }
  }

  int lines_;
  std::int32_t ring_, stride_;
  std::int32_t at_ = 0;
  std::vector<float> memory_;
};

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
