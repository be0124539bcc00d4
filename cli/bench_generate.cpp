// antiphon bench generate: all styles, keys and scales; whether the files hold what was asked for, and how long it
// took.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bridge/generated_midi.hpp"
#include "cli/benches.hpp"
#include "cli/exit.hpp"
#include "cli/progress.hpp"
#include "cli/statistics.hpp"
#include "cli/words.hpp"
#include "model/generation/motif.hpp"
#include "model/midi_file.hpp"

namespace antiphon {
namespace {

struct GenerateBenchWish {
  int calls = 500;
  bool json = false;
};

struct PartTally {
  std::array<int, 3> calls{}, notes{};
  int exactBars = 0, inScale = 0, tones = 0, inCompass = 0, all = 0, past = 0, emptyBars = 0, silences = 0;
  std::array<std::vector<double>, 3> ms{};  // for four bars
};

constexpr std::array<const char*, 3> kStyles{"drums", "bass", "melody"};
constexpr std::array<int, 10> kOtherBars{1, 2, 3, 5, 8, 9, 16, 17, 32, 64};

/// One call of five is of another length than four bars.
GenerationWish wishOf(int call) {
  const auto other = static_cast<std::size_t>(call / 5) % kOtherBars.size();
  return {.style = kStyles[static_cast<std::size_t>(call % 3)],
          .key = {call / 3 % 12, static_cast<ScaleMode>(call / 36 % kScaleModes)},
          .bars = call % 5 == 4 ? kOtherBars[other] : 4,
          .temperature = std::array{1.0, 0.5, 1.5, 2.0}[static_cast<std::size_t>(call / 7 % 4)],
          .seed = static_cast<std::uint64_t>(call + 1)};
}

/// What another reader finds in the file.
void judgeFile(const GenerationWish& wish, const std::vector<std::uint8_t>& bytes, Part part, PartTally& tally) {
  const MidiFile file = parseMidiFile(bytes, "what was generated");
  const std::int64_t bar = 4LL * file.division, end = wish.bars * bar;
  tally.exactBars += file.end == end;
  std::int64_t until = 0;
  std::vector<bool> filled(static_cast<std::size_t>(wish.bars));
  const Compass compass = compassOf(part);
  for (const FileTrack& track : file.tracks) {
    for (const FileNote& note : track.notes) {
      ++tally.all;
      tally.inCompass += note.pitch >= compass.low && note.pitch <= compass.high;
      tally.past += note.at + note.length > end;
      tally.silences += note.at > until + bar;
      until = std::max(until, note.at + note.length);
      if (note.at < end) filled[static_cast<std::size_t>(note.at / bar)] = true;
      if (part == Part::drums) continue;
      ++tally.tones;
      tally.inScale += contains(wish.key.pitchClasses(), note.pitch);
    }
  }
  tally.silences += end > until + bar;
  tally.emptyBars += static_cast<int>(std::ranges::count(filled, false));
}

int benchGenerate(const GenerateBenchWish& wish) {
  PartTally tally;
  const auto loading = std::chrono::steady_clock::now();
  generate({.bars = 1});  // the model is read
  const double loadMs = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - loading).count();
  Progress progress{"generating", !wish.json};
  for (int call = 0; call < wish.calls; ++call) {
    const GenerationWish asked = wishOf(call);
    const auto style = static_cast<std::size_t>(call % 3);
    const auto begun = std::chrono::steady_clock::now();
    const Generated made = generate(asked);
    const std::vector<std::uint8_t> file = midiOf(made);
    if (asked.bars == 4)
      tally.ms[style].push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
    ++tally.calls[style];
    tally.notes[style] += static_cast<int>(made.phrase.notes.size());
    judgeFile(asked, file, made.style.part, tally);
    progress.at((call + 1.0) / wish.calls);
  }
  progress.end();
  std::vector<double> all;
  nlohmann::ordered_json styles;
  for (std::size_t i = 0; i < kStyles.size(); ++i) {
    all.insert(all.end(), tally.ms[i].begin(), tally.ms[i].end());
    styles[kStyles[i]] = {{"calls", tally.calls[i]},
                          {"notes", tally.notes[i]},
                          {"four_bars_median_ms", percentile(tally.ms[i], 50)},
                          {"four_bars_worst_ms", percentile(tally.ms[i], 100)}};
  }
  const bool whole = tally.exactBars == wish.calls && tally.inScale == tally.tones && tally.inCompass == tally.all &&
                     tally.past + tally.emptyBars + tally.silences == 0;
  const nlohmann::ordered_json figures{{"calls", wish.calls},
                                       {"exact_bars", tally.exactBars},
                                       {"notes", tally.all},
                                       {"notes_with_a_key", tally.tones},
                                       {"in_scale", tally.inScale},
                                       {"in_compass", tally.inCompass},
                                       {"past_the_end", tally.past},
                                       {"empty_bars", tally.emptyBars},
                                       {"silences_longer_than_a_bar", tally.silences},
                                       {"model_read_ms", loadMs},
                                       {"four_bars_median_ms", percentile(all, 50)},
                                       {"four_bars_p95_ms", percentile(all, 95)},
                                       {"styles", styles}};
  if (wish.json) std::printf("%s\n", figures.dump(2).c_str());
  else {
    for (const auto& [name, value] : figures.items()) std::printf("%-27s %s\n", name.c_str(), value.dump().c_str());
    std::printf("%s\n", whole ? "all as asked for" : "NOT as asked for");
  }
  return whole ? kExitOk : kExitFailed;
}

}  // namespace

Action addGenerationBench(CLI::App& bench) {
  auto* sub = bench.add_subcommand("generate", "Beats, bass lines and melodies over all keys and scales");
  auto wish = std::make_shared<GenerateBenchWish>();
  sub->add_option("--calls", wish->calls, "How many (default 500)")->check(wholeNumber(1, 100'000));
  sub->add_flag("--json", wish->json, "Print JSON");
  return [wish] { return benchGenerate(*wish); };
}

}  // namespace antiphon
