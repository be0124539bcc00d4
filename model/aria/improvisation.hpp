// One answer of an Aria model, on its way: token by token through the grammar.
#pragma once

#include <array>
#include <optional>
#include <variant>
#include <vector>

#include "model/aria/grammar.hpp"
#include "model/aria/performance.hpp"
#include "model/aria/thought.hpp"
#include "model/sampler.hpp"

namespace antiphon {

/// The first note is searched for: a few are drawn as the model likes them, each is tried, and the better its onset
/// then suits the place where the answer begins, the likelier it stays. So an answer does not begin with what was meant
/// to come a beat later.
class AriaImprovisation {
 public:
  static constexpr int kCandidates = 3;  // for the first note
  using Whole = std::optional<std::variant<AriaNote, AriaPedal>>;

  /// `thought` holds the call; the answer is added to it.
  AriaImprovisation(AriaThought& thought, const AriaGrammar& grammar, Sampler& sampler, double repetition,
                    AriaThought::GivenUp givenUp);

  /// Goes on by a token, or by the first note and its onset; the note or pedal that is whole by now. Throws
  /// std::length_error when the engine has no room.
  Whole step();
  /// Nothing more will come, also when nobody waits any more.
  bool over() const { return abandoned_ || grammar_.over(); }
  const AriaGrammar& grammar() const { return grammar_; }

 private:
  static constexpr std::size_t kMemory = 8;  // pitches, for repetition

  Whole say(int id);
  Whole search();
  /// What may be said here, as the model likes it, the pedal behind the rest; none when nobody waits.
  std::span<const float> permitted();
  /// Which token stands there among those.
  int idAt(int index) const;
  void discourage(std::span<float> logits) const;

  AriaThought& thought_;
  AriaGrammar grammar_;
  Sampler& sampler_;
  double repetition_;
  AriaThought::GivenUp givenUp_;
  std::array<AriaToken, kMemory> recent_{};
  std::size_t struck_ = 0;
  std::vector<float> permitted_{};
  bool abandoned_ = false;
};

}  // namespace antiphon
