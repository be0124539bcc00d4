// antiphon markov: the counts of the answerer that goes on by counting alone.
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/words.hpp"
#include "model/evaluation/evaluation.hpp"
#include "model/markov/file.hpp"
#include "model/markov/gather.hpp"

namespace antiphon {
namespace {

struct BuildWish {
  std::string data{}, out{};
  long order = 12;
  double mostMegabytes = 0;
  long seed = 1;
  bool backward = false;
};

int build(const BuildWish& wish) {
  try {
    const HeldSet held{wish.data};
    const markov::Regard regard = wish.backward ? markov::Regard::backward : markov::Regard::counts;
    auto [counts, notes] = markov::countAll(held.set(), regard, static_cast<std::uint64_t>(wish.seed));
    std::fprintf(stderr, "%zu notes, %zu symbols counted\n", notes, counts.symbols());
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
                    "Contexts go strictly backward, symbol by symbol, in the piece as well, as is usual: a yardstick");
  command->add_option("--seed", wish->seed, "Of the order in which pieces are taken")
      ->check(wholeNumber(0, 1'000'000'000));
  return [wish] { return build(*wish); };
}

}  // namespace antiphon
