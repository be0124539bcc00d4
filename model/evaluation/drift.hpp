// What is lost when a model thinks in smaller numbers.
#pragma once

#include "model/engine.hpp"
#include "model/evaluation/evaluation.hpp"

namespace antiphon {

struct Drift {
  double nats = 0;   // Kullback-Leibler divergence from the exact model, summed over choices
  double worst = 0;  // of one choice
  std::uint64_t choices = 0, likeliestSame = 0;
  std::uint64_t turns = 0, firstBarsSame = 0;  // first bars of answers that always take the likeliest
  Bits exact{}, rounded{};

  double mean() const { return choices > 0 ? nats / static_cast<double>(choices) : 0; }
};

/// Every choice that a person made in this window's answer, as both engines foretell it, and the first bar that each
/// would play.
void addDrift(Drift& drift, Engine& exact, Engine& rounded, const native::Window& window);

}  // namespace antiphon
