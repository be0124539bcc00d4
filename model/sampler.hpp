// Chooses among what the model thinks possible.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "model/dice.hpp"

namespace antiphon {

struct SamplerSettings {
  double temperature = 1.0;  // 0: always the likeliest
  double topP = 1;           // of what is left, the likeliest that make up this share
  double minP = 0.01;        // nothing that is less likely than this share of the likeliest
  double repetition = 0;     // 0 .. 1: how much a pitch loses by having just been played
};

/// Same seed, same thoughts, same choices.
class Sampler {
 public:
  struct Choice {
    int index = 0;
    double logProbability = 0;  // natural, of all that was allowed, at temperature 1
  };

  /// Throws std::invalid_argument when a setting is out of its bounds.
  explicit Sampler(std::uint64_t seed, const SamplerSettings& settings = {});

  /// A logit that is no number counts as minus infinity; those are never chosen. Throws std::invalid_argument when none
  /// is left.
  Choice choose(std::span<const float> logits);
  /// The same among pitches. Each time a pitch is among the last eight that were chosen here, it loses
  /// `repetition` * kRepetitionCost; the log-probability is still the model's own.
  Choice choosePitch(std::span<const float> logits);

  static constexpr double kRepetitionCost = 0.5;

 private:
  static constexpr std::size_t kMemory = 8;

  Choice choose(std::span<const float> logits, bool pitches);
  std::size_t throwDice(double likeliest);
  void dropUnlikely(double likeliest);

  SamplerSettings settings_;
  Dice dice_;
  std::array<int, kMemory> pitches_{};
  std::size_t heard_ = 0;
  std::vector<double> scores_{};  // logits as they count
  std::vector<double> shares_{};  // likelihoods, the likeliest 1
  std::vector<std::size_t> order_{};
};

}  // namespace antiphon
