// How exactly the clock follower keeps time with a jittered clock, in virtual time.
#pragma once

#include <cstdint>
#include <vector>

namespace antiphon {

/// Errors of sent times against the true grid, on pulses and between them.
struct TimingError {
  double p50Ms = 0;
  double p99Ms = 0;
  double worstMs = 0;
  double rmsMs = 0;
};

/// A clock of one tempo: the bar after so many bars of it.
struct SteadyTiming {
  double bpm = 0;
  double jitterMs = 0;  // uniform, to either side
  int bars = 0;
  TimingError follower{};
  TimingError line{};  // of the least-squares line through all pulses so far
  double p99Ratio = 0;
  double rmsRatio = 0;
};

/// A tempo that changes at once, after eight bars.
struct StepTiming {
  double fromBpm = 0;
  double toBpm = 0;
  double jitterMs = 0;
  TimingError secondBeat{};     // the beat that begins one beat after the change
  TimingError thirdBar{};       // the bar that begins two bars after the change
  double thirdBarP99Ratio = 0;  // to the least-squares line through all pulses since the change
};

/// A tempo that changes evenly, from pulse to pulse, after four bars.
struct RampTiming {
  double fromBpm = 0;
  double toBpm = 0;
  int bars = 0;
  double jitterMs = 0;
  double worstBarMeanMs = 0;  // largest mean signed error of any bar of the ramp: the lag
  TimingError ramp{};
  TimingError after{};  // the two bars behind it
};

struct VirtualTiming {
  int seeds = 0;
  std::vector<SteadyTiming> steady{};
  std::vector<StepTiming> steps{};
  std::vector<RampTiming> ramps{};
  std::int64_t pulsesSent = 0;
  std::int64_t pulsesCounted = 0;
};

/// Pools the errors of so many clocks in every figure; 400 take a few seconds.
VirtualTiming measureVirtualTiming(int seeds = 400);

}  // namespace antiphon
