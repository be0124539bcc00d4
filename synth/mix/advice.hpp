// What could be better in a mix: each piece of advice with the number it comes from, and the studio's command that
// carries it out.
#pragma once

#include <string>
#include <vector>

#include "synth/mix/score.hpp"

namespace antiphon::synth {

enum class Priority : std::uint8_t { high, medium, low };
std::string_view nameOf(Priority priority);

struct Measurement {
  double value = 0;
  std::string unit{}, source{};  // "dB"; where the number comes from
};

struct Suggestion {
  std::string type{};  // loudness, headroom, gain, stereo, width, masking, low_end, harshness, sibilance, compression
  Priority priority = Priority::medium;
  std::string message{};  // for a person
  Measurement measurement{};
  std::string action{};  // as it is typed into the studio; those of one mix do not contradict each other
};

struct Advice {
  std::vector<Suggestion> suggestions{};  // the most important first
  Score score{};
  double masking = 0, relieved = 0;  // the masking figure, and what it becomes by the advice about it
  std::vector<std::string> notes{};  // what is to be known beside: who is silent
};

Advice adviceOn(const MixMeasure& mix, double target = kUsualTarget);

}  // namespace antiphon::synth
