// How exactly notes leave, over a real JACK server: a private dummy one, started for the measurement.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace antiphon {

struct RealTiming {
  double bpm = 0;
  int turns = 0;
  int notes = 0;
  int stuck = 0;          // struck and never released
  int outside = 0;        // messages before or after their answer
  double firstP50Ms = 0;  // the first note of an answer against the frame of the downbeat
  double firstP99Ms = 0;
  double firstWorstMs = 0;
  double otherP50Ms = 0;  // the other notes against the frames of their place on the grid
  double otherP99Ms = 0;
  double otherWorstMs = 0;
  double marginMedianMs = 0;
  double marginWorstMs = 0;
  int lateBars = 0;
};

struct RealTimingRun {
  std::optional<std::string> unavailable{};  // why nothing was measured
  std::vector<RealTiming> tempos{};
};

/// Plays `turns` turns at each tempo; takes as long as the music does.
RealTimingRun measureRealTiming(const std::vector<double>& tempos, int turns);

}  // namespace antiphon
