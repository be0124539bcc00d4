#include "model/markov/gather.hpp"

#include <algorithm>
#include <utility>

#include "model/dice.hpp"
#include "model/training/windows.hpp"

namespace antiphon::markov {
namespace {

constexpr double kUnknownShare = 0.05;

struct Source {
  double share = kUnknownShare;
  std::vector<std::pair<const PieceRecord*, const StreamRecord*>> voices{};
  std::size_t next = 0;
  double taken = 0;  // notes

  bool empty() const { return next == voices.size(); }
};

}  // namespace

Gathered countAll(const TokenSet& set, Regard regard, std::uint64_t seed) {
  std::vector<Source> sources(set.sources().size());
  for (const PieceRecord& piece : set.pieces()) {
    for (const StreamRecord& stream : set.streams(piece)) sources[piece.source].voices.emplace_back(&piece, &stream);
  }
  Dice dice = Dice::from(seed);
  for (std::size_t s = 0; s < sources.size(); ++s) {
    const auto known = std::ranges::find(knownSources(), set.sources()[s], &SourceFacts::name);
    if (known != knownSources().end()) sources[s].share = known->share;
    auto& voices = sources[s].voices;
    for (std::size_t i = voices.size(); i > 1; --i) std::swap(voices[i - 1], voices[dice.below(i)]);
  }
  Gathered gathered{Counts{Counts::kMostSymbols, regard}};
  while (gathered.counts.symbols() < Counts::kMostSymbols) {
    Source* behind = nullptr;
    for (Source& source : sources) {
      if (!source.empty() && (!behind || source.taken / source.share < behind->taken / behind->share)) behind = &source;
    }
    if (!behind) break;
    const auto [piece, stream] = behind->voices[behind->next++];
    const bool drums = static_cast<Part>(stream->part) == Part::drums;
    for (const GridPhrase& stretch : stretchesOf(set.bars(*piece), set.notes(*stream)))
      gathered.counts.add(stretch, drums);
    behind->taken += static_cast<double>(stream->notes);
    gathered.notes += stream->notes;
  }
  return gathered;
}

}  // namespace antiphon::markov
