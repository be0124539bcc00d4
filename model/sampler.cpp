#include "model/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace antiphon {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr double kLoudest = 1e30;

double counted(float logit) { return std::isnan(logit) ? kNever : std::min(static_cast<double>(logit), kLoudest); }

void within(double value, double low, double high, const char* what) {
  if (!(value >= low && value <= high)) throw std::invalid_argument{what};
}

}  // namespace

Sampler::Sampler(std::uint64_t seed, const SamplerSettings& settings) : settings_{settings}, dice_{seed} {
  within(settings.temperature, 0, 100, "sampler: temperature must be 0 to 100");
  within(settings.topP, 0, 1, "sampler: topP must be 0 to 1");
  within(settings.minP, 0, 1, "sampler: minP must be 0 to 1");
  within(settings.repetition, 0, 1, "sampler: repetition must be 0 to 1");
}

Sampler::Choice Sampler::choose(std::span<const float> logits) { return choose(logits, false); }

Sampler::Choice Sampler::choosePitch(std::span<const float> logits) {
  const Choice choice = choose(logits, true);
  pitches_[heard_++ % kMemory] = choice.index;
  return choice;
}

Sampler::Choice Sampler::choose(std::span<const float> logits, bool pitches) {
  scores_.clear();
  for (const float logit : logits) scores_.push_back(counted(logit));
  const auto likeliest = [&] { return scores_.empty() ? kNever : *std::ranges::max_element(scores_); };
  const double most = likeliest();
  if (most == kNever) throw std::invalid_argument{"sampler: nothing to choose from"};
  double sum = 0;
  for (const double score : scores_) sum += std::exp(score - most);
  const double all = most + std::log(sum);

  if (pitches && settings_.repetition > 0) {
    for (std::size_t i = 0; i < std::min(heard_, kMemory); ++i) {
      const auto pitch = static_cast<std::size_t>(pitches_[i]);
      if (pitch < scores_.size()) scores_[pitch] -= settings_.repetition * kRepetitionCost;
    }
  }
  const std::size_t index = throwDice(likeliest());
  return {static_cast<int>(index), counted(logits[index]) - all};
}

std::size_t Sampler::throwDice(double likeliest) {
  const auto first = [&] { return static_cast<std::size_t>(std::ranges::max_element(scores_) - scores_.begin()); };
  if (settings_.temperature <= 0) return first();
  dropUnlikely(likeliest);
  const double sum = std::accumulate(shares_.begin(), shares_.end(), 0.0);
  double left = static_cast<double>(dice_.next() >> 11) * 0x1p-53 * sum;
  std::size_t chosen = first();  // should rounding leave a crumb at the end
  for (std::size_t i = 0; i < shares_.size(); ++i) {
    if (shares_[i] <= 0) continue;
    if (left < shares_[i]) return i;
    left -= shares_[i];
    chosen = i;
  }
  return chosen;
}

/// Fills shares_; what is dropped has none.
void Sampler::dropUnlikely(double likeliest) {
  shares_.clear();
  for (const double score : scores_) {
    const double share = std::exp((score - likeliest) / settings_.temperature);
    shares_.push_back(share < settings_.minP ? 0.0 : share);
  }
  if (settings_.topP >= 1) return;
  order_.resize(shares_.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::ranges::stable_sort(order_, [&](std::size_t a, std::size_t b) { return shares_[a] > shares_[b]; });
  double left = settings_.topP * std::accumulate(shares_.begin(), shares_.end(), 0.0);
  bool first = true;
  for (const std::size_t i : order_) {
    if (left <= 0 && !first) shares_[i] = 0;
    left -= shares_[i];
    first = false;
  }
}

}  // namespace antiphon
