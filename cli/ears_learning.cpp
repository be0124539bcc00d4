#include "cli/ears_learning.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace antiphon {
namespace {

constexpr int kSteps = 3000;
constexpr double kStride = 0.02, kSlowMemory = 0.999, kQuickMemory = 0.9;  // Adam's

/// How far each trait spreads: weights are learned as if all spread alike.
std::vector<double> spreads(const std::vector<TraitChoice>& choices, std::size_t traits) {
  std::vector<double> sums(traits), squares(traits);
  double count = 0;
  for (const TraitChoice& choice : choices) {
    for (const auto& one : choice.traits) {
      for (std::size_t k = 0; k < traits; ++k) {
        sums[k] += one[k];
        squares[k] += one[k] * one[k];
      }
      ++count;
    }
  }
  std::vector<double> out(traits);
  for (std::size_t k = 0; k < traits; ++k)
    out[k] = std::sqrt(std::max(0.0, squares[k] / count - sums[k] * sums[k] / (count * count))) + 1e-6;
  return out;
}

}  // namespace

std::vector<double> learnTraits(const std::vector<TraitChoice>& choices, double calm) {
  const std::size_t traits = choices.at(0).traits.at(0).size();
  const std::vector<double> spread = spreads(choices, traits);
  std::vector<double> weights(traits), slope(traits), quick(traits), slow(traits), likely;
  for (int step = 1; step <= kSteps; ++step) {
    std::ranges::fill(slope, 0.0);
    double count = 0;
    for (const TraitChoice& choice : choices) {
      if (std::ranges::none_of(choice.right, [](bool right) { return right; })) continue;
      ++count;
      likely.clear();
      for (const auto& one : choice.traits) {
        double sum = 0;
        for (std::size_t k = 0; k < traits; ++k) sum += weights[k] * one[k] / spread[k];
        likely.push_back(sum);
      }
      const double top = std::ranges::max(likely);
      double all = 0, right = 0;
      for (std::size_t i = 0; i < likely.size(); ++i) {
        likely[i] = std::exp(likely[i] - top);
        all += likely[i];
        right += choice.right[i] ? likely[i] : 0;
      }
      for (std::size_t i = 0; i < likely.size(); ++i) {
        const double too = likely[i] / all - (choice.right[i] ? likely[i] / (right + 1e-300) : 0);
        for (std::size_t k = 0; k < traits; ++k) slope[k] += too * choice.traits[i][k] / spread[k];
      }
    }
    for (std::size_t k = 0; k < traits; ++k) {
      const double s = slope[k] / count + calm * weights[k];
      quick[k] = kQuickMemory * quick[k] + (1 - kQuickMemory) * s;
      slow[k] = kSlowMemory * slow[k] + (1 - kSlowMemory) * s * s;
      const double move = quick[k] / (1 - std::pow(kQuickMemory, step));
      weights[k] -= kStride * move / (std::sqrt(slow[k] / (1 - std::pow(kSlowMemory, step))) + 1e-9);
    }
  }
  for (std::size_t k = 0; k < traits; ++k) weights[k] /= spread[k];
  return weights;
}

}  // namespace antiphon
