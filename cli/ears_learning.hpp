// How much each trait should count when one of several is to be chosen: learned from choices of which the right one is
// known.
#pragma once

#include <vector>

namespace antiphon {

/// What there is to choose from, and whether it is right.
struct TraitChoice {
  std::vector<std::vector<float>> traits{};
  std::vector<bool> right{};
};

/// What weighs: each trait by itself, and bends, which are traits taken together: a share of tanh(weights . traits +
/// offset).
struct TraitWeights {
  struct Bend {
    std::vector<double> weights{};
    double offset = 0, share = 0;
  };
  std::vector<double> plain{};
  std::vector<Bend> bends{};
};

/// The weights that make the right ones likeliest (a softmax over each choice). `calm`: how much large weights cost.
/// The same choices give the same weights.
TraitWeights learnTraits(const std::vector<TraitChoice>& choices, double calm, std::size_t bends);

}  // namespace antiphon
