// antiphon markov: the counts of the answerer that goes on by counting alone.
#include <algorithm>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/words.hpp"
#include "model/evaluation/evaluation.hpp"
#include "model/markov/file.hpp"
#include "model/training/windows.hpp"

namespace antiphon {
namespace {

struct BuildWish {
  std::string data{}, out{};
  long order = 12;
  double mostMegabytes = 0;
  long seed = 1;
  bool backward = false;
};

/// A voice in the stretches that have one metre.
void addVoice(markov::Counts& counts, std::span<const BarRecord> bars, std::span<const GridNote> notes, bool drums) {
  GridPhrase stretch{Meter{0, 4}, 0, {}};
  int begins = 0;
  const auto close = [&] {
    if (!stretch.notes.empty()) counts.add(stretch, drums);
    stretch.notes.clear();
  };
  for (const GridNote& note : notes) {
    const Meter here{bars[note.bar].beats, bars[note.bar].unit};
    if (here != stretch.meter || stretch.notes.empty()) {
      close();
      stretch.meter = here;
      begins = note.bar;
    }
    stretch.notes.push_back(note);
    stretch.notes.back().bar = static_cast<std::uint16_t>(note.bar - begins);
    stretch.bars = note.bar - begins + 1;
  }
  close();
}

int build(const BuildWish& wish) {
  try {
    const HeldSet held{wish.data};
    const TokenSet& set = held.set();
    // Voices in turn by source, so that each has the share in the counts that it has in what the model learns from.
    std::vector<std::vector<std::pair<const PieceRecord*, const StreamRecord*>>> voices(set.sources().size());
    for (const PieceRecord& piece : set.pieces()) {
      for (const StreamRecord& stream : set.streams(piece)) voices[piece.source].emplace_back(&piece, &stream);
    }
    std::vector<double> shares;
    for (const std::string& source : set.sources()) {
      const auto known = std::ranges::find(knownSources(), source, &SourceFacts::name);
      shares.push_back(known == knownSources().end() ? 0.05 : known->share);
    }
    TrainingDice dice{static_cast<std::uint64_t>(wish.seed)};
    for (auto& list : voices) {
      for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[dice.below(i)]);
    }
    const markov::Regard regard = wish.backward ? markov::Regard::backward : markov::Regard::counts;
    markov::Counts counts{markov::Counts::kMostSymbols, regard};
    std::vector<double> taken(voices.size(), 0.0);
    std::vector<std::size_t> at(voices.size(), 0);
    while (counts.symbols() < markov::Counts::kMostSymbols) {
      // The source that is furthest behind its share.
      std::size_t next = voices.size();
      for (std::size_t s = 0; s < voices.size(); ++s) {
        if (at[s] < voices[s].size() && (next == voices.size() || taken[s] / shares[s] < taken[next] / shares[next]))
          next = s;
      }
      if (next == voices.size()) break;
      const auto [piece, stream] = voices[next][at[next]++];
      addVoice(counts, set.bars(*piece), set.notes(*stream), static_cast<Part>(stream->part) == Part::drums);
      taken[next] += static_cast<double>(stream->notes);
    }
    double notes = 0;
    for (const double t : taken) notes += t;
    std::fprintf(stderr, "%.0f notes, %zu symbols counted\n", notes, counts.symbols());
    const markov::Tree tree = counts.grow(static_cast<int>(wish.order));
    const auto bytes = wish.mostMegabytes > 0
                           ? markov::prune(tree, static_cast<std::size_t>(wish.mostMegabytes * 1e6), regard)
                           : markov::pack(tree, regard);
    markov::writeFile(wish.out, bytes);
    std::printf("%s: order %ld, %.1f MB\n", wish.out.c_str(), wish.order, static_cast<double>(bytes.size()) / 1e6);
    return kExitOk;
  } catch (const TokenSetError& error) {
    throw UsageError{error.what()};
  } catch (const markov::FileError& error) {
    throw UsageError{error.what()};
  }
}

}  // namespace

Action addMarkov(CLI::App& app) {
  auto* sub = app.add_subcommand("markov", "The counts of the answerer that goes on by counting alone");
  sub->require_subcommand(1);
  auto* command = sub->add_subcommand("build", "Count what follows what in a folder of music");
  auto wish = std::make_shared<BuildWish>();
  command->add_option("--data", wish->data, "A folder with .mid files in it; its first folders are the sources")
      ->required();
  command->add_option("--out", wish->out, "The file to write")->required();
  command->add_option("--order", wish->order, "Symbols of context (default 12)")
      ->check(wholeNumber(1, markov::kMostOrder));
  command->add_option("--max-mb", wish->mostMegabytes, "Prune to so many megabytes (default 0: keep all)")
      ->check(number(0, 2000, "megabytes"));
  command->add_flag("--backward", wish->backward,
                    "Contexts go strictly backward, symbol by symbol, as is usual: a yardstick");
  command->add_option("--seed", wish->seed, "Of the order in which pieces are taken")
      ->check(wholeNumber(0, 1'000'000'000));
  return [wish] { return build(*wish); };
}

}  // namespace antiphon
