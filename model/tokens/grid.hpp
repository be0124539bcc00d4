// The pulse grid that the answering model thinks on, and how lengths and velocities are rounded to it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scheduler/meter.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

inline constexpr int kPulsesPerQuarter = 24;
inline constexpr int kMostBarPulses = 8 * kPulsesPerQuarter;  // a bar of eight quarters

/// Pulses in a bar of this metre.
constexpr int pulsesPerBar(Meter meter) { return static_cast<int>(meter.bar().count / kPulse.count); }

/// Metres that the model speaks: whole pulses to the count, at most eight quarters to the bar.
constexpr bool speaksMeter(Meter meter) {
  const bool note = meter.unit >= 1 && meter.unit <= 32 && (meter.unit & (meter.unit - 1)) == 0;
  return note && meter.beats >= 1 && pulsesPerBar(meter) <= kMostBarPulses && meter.bar().count % kPulse.count == 0;
}

// Lengths: 1 to 48 pulses exactly, then steps of 6 pulses up to eight quarters.
inline constexpr int kExactLengths = 48;
inline constexpr int kLengthStep = 6;
inline constexpr int kLengthCodes = kExactLengths + (kMostBarPulses - kExactLengths) / kLengthStep;  // 72

/// Rounds to the nearest length that has a code, half way up; longer than eight quarters is eight quarters.
constexpr int lengthCode(std::int64_t pulses) {
  if (pulses <= kExactLengths) return static_cast<int>(std::max<std::int64_t>(pulses, 1)) - 1;
  const std::int64_t steps =
      (std::min<std::int64_t>(pulses, kMostBarPulses) - kExactLengths + kLengthStep / 2) / kLengthStep;
  return kExactLengths - 1 + static_cast<int>(steps);
}
constexpr int lengthPulses(int code) {
  return code < kExactLengths ? code + 1 : kExactLengths + (code - kExactLengths + 1) * kLengthStep;
}

// Velocities: sixteen bins of eight; a bin sounds as its middle.
inline constexpr int kVelocityCodes = 16;
constexpr int velocityCode(int velocity) { return std::clamp(velocity, 1, 127) / 8; }
constexpr int velocityOf(int code) { return code * 8 + 4; }

/// The pulse nearest to a tick, half way up.
constexpr std::int64_t pulseOf(Tick tick) { return floorDiv(tick + Tick{kPulse.count / 2}, kPulse); }

}  // namespace antiphon
