#include "cli/ears_learning.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <span>

namespace antiphon {
namespace {

constexpr int kSteps = 1500, kLongSteps = 1000;  // long ones first, then short ones that settle
constexpr double kLongStride = 0.02, kShortStride = 0.004, kSlowMemory = 0.999, kQuickMemory = 0.9;  // Adam's
constexpr double kSpread = 0.3;  // of the first shares

/// All choices as one table, every trait around 0 and spread alike.
struct Table {
  std::size_t traits = 0, rows = 0;
  std::vector<double> means{}, spreads{};
  std::vector<float> values{};        // rows by traits
  std::vector<std::size_t> begins{};  // of each choice, and the end
  std::vector<bool> right{};

  explicit Table(const std::vector<TraitChoice>& choices) : traits{choices.at(0).traits.at(0).size()} {
    begins.push_back(0);
    for (const TraitChoice& choice : choices) {
      // Of one that has no right answer nothing is learned.
      if (std::ranges::none_of(choice.right, [](bool one) { return one; })) continue;
      for (std::size_t i = 0; i < choice.right.size(); ++i) {
        values.insert(values.end(), choice.traits[i].begin(), choice.traits[i].end());
        right.push_back(choice.right[i]);
      }
      rows += choice.right.size();
      begins.push_back(rows);
    }
    means.resize(traits);
    spreads.resize(traits);
    const auto count = static_cast<double>(rows);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t k = 0; k < traits; ++k) means[k] += values[r * traits + k] / count;
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t k = 0; k < traits; ++k) spreads[k] += std::pow(values[r * traits + k] - means[k], 2) / count;
    for (double& spread : spreads) spread = std::sqrt(spread) + 1e-6;
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t k = 0; k < traits; ++k) {
        float& value = values[r * traits + k];
        value = static_cast<float>((value - means[k]) / spreads[k]);
      }
  }
  std::span<const float> row(std::size_t r) const { return {&values[r * traits], traits}; }
  std::size_t choices() const { return begins.size() - 1; }
};

/// Where what stands among the numbers that are learned: the plain weights, then bend by bend its weights, its offset
/// and its share.
struct Places {
  std::size_t traits, bends;
  std::size_t weights(std::size_t bend) const { return traits + bend * (traits + 2); }
  std::size_t offset(std::size_t bend) const { return weights(bend) + traits; }
  std::size_t share(std::size_t bend) const { return weights(bend) + traits + 1; }
  std::size_t all() const { return weights(bends); }
};

double product(std::span<const float> traits, const double* weights) {
  double sum = 0;
  for (std::size_t k = 0; k < traits.size(); ++k) sum += weights[k] * traits[k];
  return sum;
}

/// By how much the loss rises with each number, for each choice.
void slopes(const Table& table, const Places& places, std::span<const double> numbers, std::span<double> slope) {
  std::ranges::fill(slope, 0.0);
  std::vector<double> bent(places.bends), likely, bents;
  for (std::size_t c = 0; c < table.choices(); ++c) {
    const std::size_t begin = table.begins[c], count = table.begins[c + 1] - begin;
    likely.assign(count, 0);
    bents.assign(count * places.bends, 0);
    for (std::size_t i = 0; i < count; ++i) {
      const auto traits = table.row(begin + i);
      likely[i] = product(traits, numbers.data());
      for (std::size_t b = 0; b < places.bends; ++b) {
        const double bend = std::tanh(product(traits, &numbers[places.weights(b)]) + numbers[places.offset(b)]);
        bents[i * places.bends + b] = bend;
        likely[i] += numbers[places.share(b)] * bend;
      }
    }
    const double top = std::ranges::max(likely);
    double all = 0, right = 0;
    for (std::size_t i = 0; i < count; ++i) {
      likely[i] = std::exp(likely[i] - top);
      all += likely[i];
      right += table.right[begin + i] ? likely[i] : 0;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const auto traits = table.row(begin + i);
      const double too = likely[i] / all - (table.right[begin + i] ? likely[i] / (right + 1e-300) : 0);
      const auto add = [&](std::size_t place, double by) {
        for (std::size_t k = 0; k < traits.size(); ++k) slope[place + k] += by * traits[k];
      };
      add(0, too);
      for (std::size_t b = 0; b < places.bends; ++b) {
        const double bend = bents[i * places.bends + b];
        const double through = too * numbers[places.share(b)] * (1 - bend * bend);
        add(places.weights(b), through);
        slope[places.offset(b)] += through;
        slope[places.share(b)] += too * bend;
      }
    }
  }
  for (double& one : slope) one /= static_cast<double>(table.choices());
}

}  // namespace

TraitWeights learnTraits(const std::vector<TraitChoice>& choices, double calm, std::size_t bends) {
  const Table table{choices};
  const Places places{table.traits, bends};
  std::vector<double> numbers(places.all()), slope(places.all()), quick(places.all()), slow(places.all());
  std::mt19937 chance{1};
  std::normal_distribution<double> bell;
  for (std::size_t b = 0; b < bends; ++b) {
    for (std::size_t k = 0; k < table.traits; ++k)
      numbers[places.weights(b) + k] = bell(chance) / std::sqrt(static_cast<double>(table.traits));
    numbers[places.share(b)] = kSpread * bell(chance) / std::sqrt(static_cast<double>(bends));
  }
  for (int step = 1; step <= kSteps; ++step) {
    slopes(table, places, numbers, slope);
    const double stride = step <= kLongSteps ? kLongStride : kShortStride;
    for (std::size_t n = 0; n < numbers.size(); ++n) {
      const bool offset = n >= table.traits && (n - table.traits) % (table.traits + 2) == table.traits;
      const double s = slope[n] + (offset ? 0 : calm * numbers[n]);
      quick[n] = kQuickMemory * quick[n] + (1 - kQuickMemory) * s;
      slow[n] = kSlowMemory * slow[n] + (1 - kSlowMemory) * s * s;
      const double move = quick[n] / (1 - std::pow(kQuickMemory, step));
      numbers[n] -= stride * move / (std::sqrt(slow[n] / (1 - std::pow(kSlowMemory, step))) + 1e-8);
    }
  }
  // For traits as they are measured.
  TraitWeights weights;
  for (std::size_t k = 0; k < table.traits; ++k) weights.plain.push_back(numbers[k] / table.spreads[k]);
  for (std::size_t b = 0; b < bends; ++b) {
    auto& bend = weights.bends.emplace_back();
    bend.offset = numbers[places.offset(b)];
    bend.share = numbers[places.share(b)];
    for (std::size_t k = 0; k < table.traits; ++k) {
      bend.weights.push_back(numbers[places.weights(b) + k] / table.spreads[k]);
      bend.offset -= bend.weights.back() * table.means[k];
    }
  }
  return weights;
}

}  // namespace antiphon
