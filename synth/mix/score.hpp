// How good a mix is, in one number: a hundred, less what is measured to be amiss. The rules are a table, so that anyone
// can see where the points went.
#pragma once

#include <string_view>
#include <vector>

#include "synth/mix/level.hpp"
#include "synth/mix/tone_advice.hpp"

namespace antiphon::synth {

struct Deduction {
  std::string_view what;  // loudness, headroom, balance, stereo, masking, low_end, tone, dynamics
  double measured = 0;
  std::string_view unit{};
  double points = 0;
};

struct Score {
  double points = 100;
  std::vector<Deduction> deductions{};  // all rules, also those that took nothing
};

Score scoreOf(const MixMeasure& mix, const ToneAdvice& tone, double target);

/// dB that a track's crest is above what is usual for what it plays; 0: none.
double tooUneven(const MixTrack& track);
/// The mean over the tracks that sound, in dB, of how far they are from the usual balance.
double offBalance(const MixMeasure& mix);

}  // namespace antiphon::synth
