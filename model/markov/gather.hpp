// Counts of a whole corpus.
#pragma once

#include "model/corpus/token_set.hpp"
#include "model/markov/counts.hpp"

namespace antiphon::markov {

struct Gathered {
  Counts counts;
  std::size_t notes = 0;  // that were taken, those that found no more room among them
};

/// Counts voice after voice until there is no more room: always one of the source that is furthest behind its share, so
/// that each has the share in the counts that it has in what the model learns from. `seed` shuffles each source.
Gathered countAll(const TokenSet& set, Regard regard, std::uint64_t seed);

}  // namespace antiphon::markov
