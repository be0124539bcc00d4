#include "cli/ears_learning.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace antiphon;

namespace {

double weigh(const TraitWeights& weights, const std::vector<float>& traits) {
  const auto product = [&](const std::vector<double>& some) {
    double sum = 0;
    for (std::size_t k = 0; k < traits.size(); ++k) sum += some[k] * traits[k];
    return sum;
  };
  double sum = product(weights.plain);
  for (const auto& bend : weights.bends) sum += bend.share * std::tanh(product(bend.weights) + bend.offset);
  return sum;
}

/// Of four, by three traits; `good` says which is right.
template <typename Good>
std::vector<TraitChoice> choices(Good&& good, unsigned seed) {
  std::mt19937 chance{seed};
  std::uniform_real_distribution<float> trait{5, 7};
  std::vector<TraitChoice> all(120);
  for (TraitChoice& choice : all) {
    for (int i = 0; i < 4; ++i) choice.traits.push_back({trait(chance), trait(chance), 10 * trait(chance)});
    std::vector<double> worth;
    for (const auto& one : choice.traits) worth.push_back(good(one));
    for (const double one : worth) choice.right.push_back(one == std::ranges::max(worth));
  }
  return all;
}

double share(const TraitWeights& weights, const std::vector<TraitChoice>& choices) {
  double right = 0;
  for (const TraitChoice& choice : choices) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < choice.traits.size(); ++i)
      if (weigh(weights, choice.traits[i]) > weigh(weights, choice.traits[best])) best = i;
    right += choice.right[best] ? 1 : 0;
  }
  return right / static_cast<double>(choices.size());
}

}  // namespace

SCENARIO("EARS-16 What is right by a sum of traits is learned by plain weights") {
  const auto good = [](const std::vector<float>& t) { return t[0] - 2 * t[1] + 0.05 * t[2]; };
  const TraitWeights weights = learnTraits(choices(good, 1), 0.001, 0);
  CHECK(weights.bends.empty());
  CHECK(share(weights, choices(good, 2)) > 0.9);
}

SCENARIO("EARS-17 What is right by two traits together needs bends") {
  // Either both are high or both are low.
  const auto good = [](const std::vector<float>& t) { return -std::abs(t[0] - t[1]); };
  const auto learned = choices(good, 1), others = choices(good, 2);
  CHECK(share(learnTraits(learned, 0.001, 0), others) < 0.5);
  const TraitWeights weights = learnTraits(learned, 0.001, 6);
  CHECK(share(weights, others) > 0.8);
  const TraitWeights again = learnTraits(learned, 0.001, 6);
  CHECK(again.plain == weights.plain);
}

SCENARIO("EARS-18 Of a choice without a right answer nothing is learned") {
  const auto good = [](const std::vector<float>& t) { return t[0]; };
  auto some = choices(good, 1);
  const TraitWeights before = learnTraits(some, 0.01, 2);
  some.push_back({{{100, 100, 100}, {-100, 0, 0}}, {false, false}});
  CHECK(learnTraits(some, 0.01, 2).plain == before.plain);
}
