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

/// The weights that make the right ones likeliest (a softmax over each choice). `calm`: how much large weights cost.
std::vector<double> learnTraits(const std::vector<TraitChoice>& choices, double calm);

}  // namespace antiphon
