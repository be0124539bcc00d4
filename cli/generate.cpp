// antiphon generate: a beat, a bass line or a melody into a MIDI file.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bridge/generated_midi.hpp"
#include "bridge/shelf.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/words.hpp"

namespace antiphon {
namespace {

using Json = nlohmann::ordered_json;

struct Asked {
  GenerationWish wish{};
  std::string tonic = "C", scale = "major", out{};
  bool json = false;
};

void printGenerated(const Asked& asked, const Generated& made) {
  Json json{{"style", asked.wish.style},
            {"part", name(made.style.part)},
            {"tempo", asked.wish.tempo},
            {"bars", made.phrase.bars},
            {"key", asked.tonic},
            {"scale", name(made.key.mode)},
            {"temperature", asked.wish.temperature},
            {"seed", asked.wish.seed},
            {"program", made.program + 1},
            {"notes", Json::array()}};
  for (const Note& note : made.phrase.notes) {
    json["notes"].push_back({{"tick", note.tick.count},
                             {"length", note.length.count},
                             {"pitch", note.pitch},
                             {"velocity", note.velocity},
                             {"channel", note.channel + 1}});
  }
  std::printf("%s\n", json.dump(2).c_str());
}

int runGenerate(Asked asked) {
  asked.wish.key = keyOf(asked.tonic, asked.scale);
  const Generated made = generate(asked.wish);
  if (!asked.out.empty()) {
    const std::vector<std::uint8_t> file = midiOf(made);
    writeWhole(asked.out, {reinterpret_cast<const char*>(file.data()), file.size()});
  }
  if (asked.json) printGenerated(asked, made);
  else
    std::printf("%zu notes in %d bars, %s, written to %s\n", made.phrase.notes.size(), made.phrase.bars,
                made.style.part == Part::drums ? "drums" : made.key.name().c_str(), asked.out.c_str());
  return kExitOk;
}

}  // namespace

Action addGenerate(CLI::App& app) {
  auto* sub = app.add_subcommand("generate", "Make up a beat, a bass line or a melody");
  auto asked = std::make_shared<Asked>();
  GenerationWish& wish = asked->wish;
  sub->add_option("--style", wish.style, "drums, bass or melody, alone or with words: \"funk drums\" (default melody)");
  sub->add_option("--key", asked->tonic, "C, C#, Db ... B (default C); drums have none");
  sub->add_option("--scale", asked->scale, "Of its tones: " + scaleNames() + " (default major)");
  sub->add_option("--bars", wish.bars, "How many, of 4/4 (default 4)")->check(wholeNumber(1, kMostGeneratedBars));
  sub->add_option("--tempo", wish.tempo, "Quarters a minute (default 120)")
      ->check(number(kSlowestBpm, kFastestBpm, "quarters a minute"));
  sub->add_option("--temperature", wish.temperature, "0 is the likeliest, 2 the wildest (default 1)")
      ->check(number(0, kHottest, ""));
  sub->add_option("--seed", wish.seed, "The same seed makes the same notes (default 1)")
      ->check(wholeNumber(0, 1L << 62));
  sub->add_option("--out", asked->out, "The music, a .mid file");
  sub->add_flag("--json", asked->json, "Print the notes as JSON");
  return [asked] {
    if (asked->out.empty() && !asked->json) throw UsageError{"give --out FILE.mid, or --json"};
    try {
      return runGenerate(*asked);
    } catch (const GenerationError& error) {
      throw UsageError{error.what()};
    }
  };
}

}  // namespace antiphon
