// What is played again and again: strokes, in a round of some length.
#pragma once

#include <vector>

#include "scheduler/time.hpp"

namespace antiphon::synth {

struct Stroke {
  Tick at{}, length{};
  float key = 60;  // MIDI's number
  float force = 0.8f;
  friend bool operator==(const Stroke&, const Stroke&) = default;
};

struct Pattern {
  static constexpr std::size_t kMostStrokes = 4096;

  Tick length{};                  // of a round
  std::vector<Stroke> strokes{};  // inside the round, in the order of their time
  friend bool operator==(const Pattern&, const Pattern&) = default;
};

}  // namespace antiphon::synth
