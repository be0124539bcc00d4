// Musical time and clock time, kept apart by the compiler.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace antiphon {

/// Clock time: a moment on the steady clock, or a span of it.
using Nanos = std::chrono::nanoseconds;

/// Musical time: a position counted from the start of the piece, or a span; 480 to the quarter note.
/// Fractions of a tick appear only inside Timeline, where clock time is turned into musical time.
struct Tick {
  std::int64_t count = 0;

  friend constexpr auto operator<=>(Tick, Tick) = default;
  friend constexpr Tick operator+(Tick a, Tick b) { return {a.count + b.count}; }
  friend constexpr Tick operator-(Tick a, Tick b) { return {a.count - b.count}; }
  friend constexpr Tick operator-(Tick a) { return {-a.count}; }
  friend constexpr Tick operator*(Tick a, std::int64_t n) { return {a.count * n}; }
  friend constexpr Tick operator*(std::int64_t n, Tick a) { return {a.count * n}; }
  constexpr Tick& operator+=(Tick b) {
    count += b.count;
    return *this;
  }
  constexpr Tick& operator-=(Tick b) {
    count -= b.count;
    return *this;
  }
};

inline constexpr Tick kQuarter{480};
inline constexpr Tick kPulse{20};                      // a MIDI clock pulse: 24 to the quarter
inline constexpr Tick kSongPositionUnit = 6 * kPulse;  // what F2 counts in

/// How many whole `step`s lie before `t`, right for negative positions too.
constexpr std::int64_t floorDiv(Tick t, Tick step) {
  const std::int64_t q = t.count / step.count;
  return (t.count % step.count != 0 && (t.count < 0) != (step.count < 0)) ? q - 1 : q;
}
constexpr Tick floorTo(Tick t, Tick step) { return floorDiv(t, step) * step; }
constexpr Tick ceilTo(Tick t, Tick step) { return -floorTo(-t, step); }
constexpr Tick roundTo(Tick t, Tick step) { return floorTo(t + Tick{step.count / 2}, step); }

/// Speed of the music. Stored as time per tick, because that is what every reader multiplies by.
class Tempo {
 public:
  constexpr Tempo() = default;
  static constexpr Tempo bpm(double quartersPerMinute) { return Tempo{60e9 / (quartersPerMinute * 480.0)}; }
  static constexpr Tempo nanosPerTick(double nanos) { return Tempo{nanos}; }

  constexpr double bpm() const { return 60e9 / (nanosPerTick_ * 480.0); }
  constexpr double nanosPerTick() const { return nanosPerTick_; }
  constexpr Nanos span(Tick ticks) const {
    const double nanos = static_cast<double>(ticks.count) * nanosPerTick_;
    return Nanos{static_cast<std::int64_t>(nanos + (nanos < 0 ? -0.5 : 0.5))};
  }
  friend constexpr bool operator==(Tempo, Tempo) = default;

 private:
  explicit constexpr Tempo(double nanosPerTick) : nanosPerTick_{nanosPerTick} {}
  double nanosPerTick_ = 60e9 / (120.0 * 480.0);
};

inline constexpr double kSlowestBpm = 20.0;
inline constexpr double kFastestBpm = 400.0;

}  // namespace antiphon
