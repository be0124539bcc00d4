// Where tracks are in each other's way, and what an equaliser does about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "synth/mix/mix_measure.hpp"
#include "synth/mix/tone.hpp"

namespace antiphon::synth {

/// A band of an equaliser for one track, and why.
struct ToneMove {
  std::size_t track = 0;
  ToneBand band{};
  std::string_view type{};  // masking, low_end, harshness, sibilance
  std::string message{};
  double value = 0;  // as measured
  std::string_view unit{}, source{};
  double weight = 0;  // how much it matters: points of the score
};

struct ToneAdvice {
  std::vector<ToneMove> moves{};     // those that matter most come first
  double masking = 0, relieved = 0;  // the figure, and what it becomes by the moves against masking
  double lowEnd = 0;                 // of the two that are most in each other's way: 0 .. 1
  double sharp = 0;                  // dB of harshness and sibilance too much, in all
};

ToneAdvice toneAdvice(const MixMeasure& mix);

/// What the low ends of two tracks have in common: 0, they are never there together; 1, always, and as strong.
double lowEndConflict(const TrackMeasure& a, const TrackMeasure& b);
/// Decibels too much; 0: none.
double tooHarsh(const MixTrack& track);
double tooSibilant(const MixTrack& track);

}  // namespace antiphon::synth
