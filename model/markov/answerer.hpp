// The answerer that goes on where the call ended, by counting alone: no network, and answers within milliseconds.
#pragma once

#include "model/answerer.hpp"
#include "model/markov/table.hpp"

namespace antiphon {

struct MarkovSettings {
  double temperature = 0.9;  // below 1: the likely more often
  double leastShare = 0.02;  // of the likeliest choice; what is rarer is never played
};

/// Continues the call symbol by symbol. It speaks with one voice: drums when most of the call's notes are on channel
/// 10, tones otherwise, and hears nothing else; it answers on the channel that voice was mostly on. The answer fills
/// exactly its bars, at most 64 notes each, and begins in the first; no key is struck while it is down. The same seed,
/// turn and call make the same answer.
class MarkovAnswerer final : public Answerer {
 public:
  static constexpr int kMostBarNotes = 64;

  explicit MarkovAnswerer(markov::Table table, MarkovSettings settings = {});

  std::string_view name() const override { return "markov"; }
  /// Throws std::invalid_argument in a metre that the grid does not know.
  void commit(const Call& call, AnswerStream& out) override;

 private:
  markov::Table table_;
  MarkovSettings settings_;
};

}  // namespace antiphon
