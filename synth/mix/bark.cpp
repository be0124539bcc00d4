#include "synth/mix/bark.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon::synth {
namespace {

/// From band to band, by how many bands it is higher.
const std::array<float, 2 * kBarks - 1>& spreading() {
  static const auto table = [] {
    std::array<float, 2 * kBarks - 1> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
      const double higher = static_cast<double>(i) - static_cast<double>(kBarks - 1), x = higher + 0.474;
      const double decibels = 15.81 + 7.5 * x - 17.5 * std::sqrt(1 + x * x);
      all[i] = static_cast<float>(std::pow(10, decibels / 10));
    }
    return all;
  }();
  return table;
}

}  // namespace

double middleOf(std::size_t band) { return std::sqrt(kBarkEdges[band] * kBarkEdges[band + 1]); }

std::size_t barkAt(double hertz) {
  const auto above = std::ranges::upper_bound(kBarkEdges, hertz);
  const auto edge = static_cast<std::size_t>(above - kBarkEdges.begin());
  return std::clamp<std::size_t>(edge, 1, kBarks) - 1;
}

double powerBetween(const Barks& barks, double from, double until) {
  double power = 0;
  for (std::size_t i = 0; i < kBarks; ++i) {
    const double low = std::max(from, kBarkEdges[i]), high = std::min(until, kBarkEdges[i + 1]);
    if (high > low) power += static_cast<double>(barks[i]) * (high - low) / (kBarkEdges[i + 1] - kBarkEdges[i]);
  }
  return power;
}

Barks spread(const Barks& power) {
  const auto& table = spreading();
  Barks felt{};
  for (std::size_t from = 0; from < kBarks; ++from) {
    const float* const row = table.data() + (kBarks - 1 - from);
    for (std::size_t to = 0; to < kBarks; ++to) felt[to] += power[from] * row[to];
  }
  return felt;
}

BarkFilter::BarkFilter(SampleRate rate, std::size_t frame) {
  const double perBin = rate.hertz / static_cast<double>(frame);
  for (const double edge : kBarkEdges)
    edges_.push_back(std::min(static_cast<std::size_t>(std::lround(edge / perBin)), frame / 2 + 1));
  // A bin and its mirror image; the window's mean power is 3/8.
  scale_ = static_cast<float>(2 / (0.375 * static_cast<double>(frame) * static_cast<double>(frame)));
}

void BarkFilter::add(std::span<const float> power, Barks& to) const {
  for (std::size_t band = 0; band < kBarks; ++band) {
    float sum = 0;
    for (std::size_t bin = edges_[band]; bin < edges_[band + 1]; ++bin) sum += power[bin];
    to[band] += sum * scale_;
  }
}

}  // namespace antiphon::synth
