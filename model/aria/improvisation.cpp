#include "model/aria/improvisation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace antiphon {
namespace {

using Kind = AriaToken::Kind;

constexpr double kLoudestKey = 1e30;

/// log of the sum of what these logits stand for; minus infinity when they stand for nothing.
double together(std::span<const float> logits) {
  double most = -std::numeric_limits<double>::infinity(), sum = 0;
  const auto counted = [](float logit) { return std::min(static_cast<double>(logit), kLoudestKey); };
  for (const float logit : logits) {
    if (!std::isnan(logit)) most = std::max(most, counted(logit));
  }
  if (std::isinf(most)) return most;
  for (const float logit : logits) sum += std::isnan(logit) ? 0 : std::exp(counted(logit) - most);
  return most + std::log(sum);
}

}  // namespace

AriaImprovisation::AriaImprovisation(AriaThought& thought, const AriaGrammar& grammar, Sampler& sampler,
                                     double repetition, AriaThought::GivenUp givenUp)
    : thought_{thought}, grammar_{grammar}, sampler_{sampler}, repetition_{repetition}, givenUp_{std::move(givenUp)} {}

AriaImprovisation::Whole AriaImprovisation::step() {
  if (const auto id = grammar_.forced()) return say(*id);
  if (grammar_.notes() == 0 && grammar_.awaits() == Kind::note) return search();
  const std::span<const float> logits = permitted();
  return logits.empty() ? std::nullopt : say(idAt(sampler_.choose(logits).index));
}

std::span<const float> AriaImprovisation::permitted() {
  const std::span<float> all = thought_.hear(givenUp_);
  permitted_.clear();
  abandoned_ = all.empty();
  if (abandoned_) return permitted_;
  const auto take = [&](int first, int end) {
    const auto some = all.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(end - first));
    grammar_.allow(some, first);
    permitted_.insert(permitted_.end(), some.begin(), some.end());
  };
  const auto [first, end] = grammar_.among();
  take(first, end);
  if (const auto pedal = grammar_.pedal()) take(*pedal, *pedal + 1);
  if (grammar_.awaits() == Kind::note) discourage(permitted_);
  return permitted_;
}

int AriaImprovisation::idAt(int index) const {
  const auto [first, end] = grammar_.among();
  return index < end - first ? first + index : *grammar_.pedal();
}

void AriaImprovisation::discourage(std::span<float> logits) const {
  if (repetition_ <= 0) return;
  const auto cost = static_cast<float>(repetition_ * Sampler::kRepetitionCost);
  for (std::size_t i = 0; i < std::min(struck_, kMemory); ++i) {
    AriaToken token = recent_[i];
    if (token.kind == Kind::drum) logits[static_cast<std::size_t>(ariaId(token))] -= cost;
    for (int step = 1; token.kind == Kind::note && step < kAriaVelocities; ++step) {
      token.velocity = step * kAriaStep;
      logits[static_cast<std::size_t>(ariaId(token))] -= cost;
    }
  }
}

AriaImprovisation::Whole AriaImprovisation::say(int id) {
  thought_.say(id);
  grammar_.choose(id);
  const AriaToken token = ariaToken(id);
  const AriaToken& note = grammar_.note();
  if (token.kind == Kind::onset && (note.kind == Kind::pedalDown || note.kind == Kind::pedalUp))
    return AriaPedal{note.kind == Kind::pedalDown, grammar_.onset()};
  if (token.kind == Kind::onset) recent_[struck_++ % kMemory] = note;
  if (token.kind == Kind::length)
    return AriaNote{note.instrument, note.value, note.velocity, grammar_.onset(), token.value};
  if (token.kind == Kind::onset && note.kind == Kind::drum)
    return AriaNote{note.instrument, note.value, kAriaDrumVelocity, grammar_.onset(), kAriaStep};
  return std::nullopt;
}

AriaImprovisation::Whole AriaImprovisation::search() {
  struct Candidate {
    int id = 0, onset = 0;
  };
  std::vector<Candidate> candidates;
  std::vector<float> suits;
  std::vector<float> left;
  {
    const std::span<const float> logits = permitted();
    left.assign(logits.begin(), logits.end());
  }
  const int before = thought_.length();
  while (!abandoned_ && static_cast<int>(candidates.size()) < kCandidates &&
         std::ranges::any_of(left, [](float logit) { return logit > kUnsayable; })) {
    const int id = sampler_.choose(left).index;  // of notes and marks, which are counted from 0
    left[static_cast<std::size_t>(id)] = kUnsayable;
    AriaGrammar tried = grammar_;
    tried.choose(id);
    if (tried.awaits() != Kind::onset) return say(id);  // <T>: the answer begins in the next five seconds
    thought_.say(id);
    const std::span<float> onsets = thought_.hear(givenUp_);
    abandoned_ = onsets.empty();
    if (!abandoned_) {
      const double all = together(onsets);
      tried.allow(onsets);
      const double here = together(onsets);
      candidates.push_back({id, static_cast<int>(std::ranges::max_element(onsets) - onsets.begin())});
      suits.push_back(std::isinf(all) ? 0.0f : static_cast<float>(here - all));
    }
    thought_.takeBack(before);
  }
  if (abandoned_) return std::nullopt;
  const Candidate chosen = candidates[static_cast<std::size_t>(sampler_.choose(suits).index)];
  say(chosen.id);
  return say(chosen.onset);
}

}  // namespace antiphon
