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

#include <hwy/cache_control.h>

#include "synth/curves-inl.hpp"
#include "synth/fours-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

/// A run of each of eight lines, along time; what is worked on together may overrun a short run up to here.
struct Runs {
  alignas(64) float of[kLanes][kBlock];
};

/// As many frames of a line as a vector has: what goes along time is as wide as can be.
using Along = hn::CappedTag<float, 16>;
using Some = hn::Vec<Along>;
inline constexpr int kSome = static_cast<int>(hn::MaxLanes(Along()));
static_assert(kBlock % kSome == 0);

/// Every line is sent to every other one, equally loud: Hadamard's matrix. All in all it is eight times the power.
HWY_INLINE void mingle(Some (&line)[kLanes]) {
#pragma GCC unroll 3
  for (int apart = 1; apart < kLanes; apart *= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < kLanes; ++i) {
      if ((i & apart) != 0) continue;
      const Some one = line[i], other = line[i + apart];
      line[i] = hn::Add(one, other);
      line[i + apart] = hn::Sub(one, other);
    }
  }
}

/// Four rows become four frames of eight lines, from this one on.
HWY_INLINE void toLines(const Lanes (&rows)[4], Runs& lines, int frame) {
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      hn::StoreU(rows[k].part[lane], Real(), lines.of[lane] + static_cast<std::size_t>(frame) + k);
  }
#else
  ANTIPHON_EACH {
    hn::Vec<Real> row[4];
    for (std::size_t k = 0; k < 4; ++k) row[k] = rows[k].part[p];
    turn(row);
    for (std::size_t i = 0; i < 4; ++i) {
#if HWY_MAX_BYTES >= 32
      const hn::Half<Real> four;
      hn::StoreU(hn::LowerHalf(four, row[i]), four, lines.of[i] + frame);
      hn::StoreU(hn::UpperHalf(four, row[i]), four, lines.of[i + 4] + frame);
#else
      hn::StoreU(row[i], Real(), lines.of[p * kPart + i] + frame);
#endif
    }
  }
#endif
}

class LongLines {
 public:
  static constexpr float kLeast = kBlock + 8;  // frames

  /// With fewer lines than lanes, a power of two, lanes read them in turn.
  explicit LongLines(double longest, int lines = kLanes)
      : lines_{lines},
        ring_{ringFor(longest)},
        stride_{ring_ + kGuard + kApart},
        memory_(static_cast<std::size_t>(stride_ * lines / kLine)) {}

  /// The next run of a line, as it was `delay` frames before.
  HWY_INLINE const float* ago(int lane, std::int32_t delay) const { return line(lane) + place(at_ - delay); }
  /// Likewise of all, while each line's delay grows by `growth` in every frame; the run begins `begun` frames after the
  /// delay was what it is said to be. What is not between two frames by then is read from beside them, up to a half
  /// frame.
  HWY_INLINE void read(const float* delay, const float* growth, int begun, int frames, Runs& to) const {
    const Some first = hn::Add(hn::Iota(Along(), 0), hn::Set(Along(), static_cast<float>(begun)));
    for (int lane = 0; lane < kLanes; ++lane) {
      const float whole = std::floor(delay[lane]);
      const float* oldest = ago(lane, static_cast<std::int32_t>(whole) + 2);
      const Some start = hn::Set(Along(), delay[lane] - whole), slope = hn::Set(Along(), growth[lane]);
      Some moments = first;
      for (int f = 0; f < frames; f += kSome, moments = hn::Add(moments, hn::Set(Along(), static_cast<float>(kSome))))
        hn::StoreU(between(hn::MulAdd(moments, slope, start), oldest + f), Along(), to.of[lane] + f);
    }
  }
  /// Says ahead that all will be read so far back: what was written long ago has left the nearest cache.
  HWY_INLINE void fetch(const float* delay) const {
    for (int lane = 0; lane < kLanes; ++lane) {
      const float* const run = ago(lane, static_cast<std::int32_t>(delay[lane]) + 2);
      for (int f = 0; f <= kBlock; f += kLine) hwy::Prefetch(run + f);
    }
  }
  /// Likewise, however fast the delays change.
  HWY_INLINE void readFast(const float* delay, const float* growth, int begun, int frames, Runs& to) const {
    for (int lane = 0; lane < kLanes; ++lane) {
      for (int f = 0; f < frames; ++f) {
        const float now = delay[lane] + growth[lane] * static_cast<float>(begun + f), whole = std::floor(now);
        const float* oldest = ago(lane, static_cast<std::int32_t>(whole) + 2 - f);
        const float x = now - whole, lower = x + 1, upper = x - 1, top = x - 2;
        to.of[lane][f] = x * upper * (1.0f / 6) * (lower * oldest[0] - top * oldest[3]) +
                         lower * top * 0.5f * (upper * oldest[2] - x * oldest[1]);
      }
    }
  }

  /// Where the next run of a line is to be written, before all go on.
  HWY_INLINE float* next(int lane) { return line(lane) + at_; }
  HWY_INLINE void advance(int frames) {
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
    std::fill(memory_.begin(), memory_.end(), CacheLine{});
    at_ = 0;
  }

 private:
  static constexpr int kGuard = 2 * kBlock;
  static constexpr int kLine = 16;
  struct alignas(64) CacheLine {
    float of[kLine] = {};
  };
  static constexpr int kApart = 80;  // lines a power of two apart would drive each other out of the cache

  static std::int32_t ringFor(double frames) {
    std::int32_t ring = 4 * kGuard;
    while (ring < frames + 2 * kGuard) ring *= 2;
    return ring;
  }
  HWY_INLINE std::size_t place(std::int32_t when) const { return static_cast<std::size_t>(when & (ring_ - 1)); }
  HWY_INLINE const float* line(int lane) const {
    return memory_.data()->of + static_cast<std::size_t>((lane & (lines_ - 1)) * stride_);
  }
  HWY_INLINE float* line(int lane) {
    return memory_.data()->of + static_cast<std::size_t>((lane & (lines_ - 1)) * stride_);
  }

  /// The polynomial through four frames, x before the second last.
  static HWY_INLINE Some between(Some x, const float* oldest) {
    const Along all;
    const Some before = hn::LoadU(all, oldest + 3), here = hn::LoadU(all, oldest + 2);
    const Some next = hn::LoadU(all, oldest + 1), last = hn::LoadU(all, oldest);
    const Some down = hn::Sub(here, next);
    const Some square = hn::MulSub(hn::Add(before, next), hn::Set(all, 0.5f), here);
    const Some cube = hn::MulAdd(hn::Sub(last, before), hn::Set(all, 1.0f / 6), hn::Mul(down, hn::Set(all, 0.5f)));
    const Some slope = hn::Neg(hn::Add(hn::Add(down, square), cube));
    return hn::MulAdd(hn::MulAdd(hn::MulAdd(cube, x, square), x, slope), x, here);
  }
  int lines_;
  std::int32_t ring_, stride_;
  std::int32_t at_ = 0;
  std::vector<CacheLine> memory_;
};

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
