// Tells the time by a sound card's frames.
#pragma once

#include <cstdint>

#include "scheduler/time.hpp"

namespace antiphon {

/// Integers only, so that nothing drifts however long the session lasts. Frames are counted from the first cycle on.
/// Realtime: yes.
class FrameClock {
 public:
  /// The first frame falls on `origin`.
  FrameClock(std::uint32_t framesPerSecond, Nanos origin) : rate_{framesPerSecond}, origin_{origin} {}

  /// A cycle of `length` frames begins now, by a counter of 32 bits that may start anywhere and wraps after a day. It
  /// jumps forward where cycles were missed; where it jumps back (another master of time), ours goes on evenly.
  /// Answers the cycle's first frame.
  std::int64_t beginCycle(std::uint32_t counter, std::uint32_t length) {
    if (begun_) {
      const std::int64_t next = start_ + static_cast<std::int32_t>(counter - counter_);
      start_ = next > end_ ? next : end_;
    }
    begun_ = true;
    counter_ = counter;
    end_ = start_ + length;
    return start_;
  }

  Nanos timeOf(std::int64_t frame) const {
    const std::int64_t second = floorDivide(frame, rate_);
    const std::int64_t rest = frame - second * rate_;
    return origin_ + Nanos{second * kNanosPerSecond + (rest * kNanosPerSecond + rate_ / 2) / rate_};
  }

  /// The frame nearest to a moment.
  std::int64_t frameOf(Nanos when) const {
    const std::int64_t nanos = (when - origin_).count();
    const std::int64_t second = floorDivide(nanos, kNanosPerSecond);
    const std::int64_t rest = nanos - second * kNanosPerSecond;
    return second * rate_ + (rest * rate_ + kNanosPerSecond / 2) / kNanosPerSecond;
  }

  std::int64_t cycleEnd() const { return end_; }
  std::uint32_t framesPerSecond() const { return static_cast<std::uint32_t>(rate_); }

 private:
  static constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

  static constexpr std::int64_t floorDivide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

  std::int64_t rate_;
  Nanos origin_;
  bool begun_ = false;
  std::uint32_t counter_ = 0;
  std::int64_t start_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace antiphon
