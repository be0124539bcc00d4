// antiphon mix: what could be better in a mix of stems, and the same mix levelled.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "bridge/live_mix.hpp"
#include "bridge/mix_json.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/progress.hpp"
#include "cli/words.hpp"
#include "synth/sound_file.hpp"

namespace antiphon {
namespace {

struct Wish {
  std::vector<std::string> stems{};
  std::string level{};
  double target = synth::kUsualTarget;
  bool json = false, quiet = false;
};

int mix(const Wish& wish) {
  std::vector<synth::StemFile> files;
  for (const std::string& stem : wish.stems) files.push_back({stem, {}});
  try {
    std::optional<synth::SoundFile> out;  // opened first: what cannot be written need not be listened to
    if (!wish.level.empty()) out.emplace(wish.level, synth::kStemRate, synth::Depth::bits24);
    Progress progress{"listening", !wish.json && !wish.quiet};
    synth::FileStems stems{files};
    synth::MixReport report =
        synth::report(stems, {.target = wish.target}, {.progress = [&](double share) { progress.at(share); }});
    progress.end();
    for (std::string& note : stems.notes()) report.advice.notes.push_back(std::move(note));
    if (out) {
      synth::sum(stems, report.levels,
                 [&](std::span<const float> left, std::span<const float> right) { out->write(left, right); });
      out->close();
    }
    if (wish.json) {
      nlohmann::ordered_json json = toJson(report.advice);
      json["levels"] = toJson(report.levels);
      json["levelled"] = outcomeJson(report.levels);
      std::printf("%s\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
    } else {
      std::printf("%s\n\nlevelled: %s\n", told(report).c_str(), told(report.levels).c_str());
      if (!wish.level.empty()) std::printf("\nwritten to %s\n", wish.level.c_str());
    }
  } catch (const synth::MixError& error) {
    throw UsageError{error.what()};
  } catch (const synth::SoundFileError& error) {
    throw UsageError{error.what()};
  }
  return kExitOk;
}

}  // namespace

Action addMix(CLI::App& app) {
  auto* sub = app.add_subcommand("mix", "Say what could be better in a mix of stems, and level it");
  auto wish = std::make_shared<Wish>();
  sub->add_option("stems", wish->stems, "Sound files, one for each track; their names tell what they play (bass.wav)")
      ->required();
  sub->add_option("--target", wish->target, "How loud all together is to be (default -16)")
      ->check(number(synth::kQuietestTarget, synth::kLoudestTarget, "LUFS"));
  sub->add_option("--level", wish->level, "Writes the levelled mix into this .wav or .flac file");
  sub->add_flag("--json", wish->json, "Print JSON");
  sub->add_flag("--quiet", wish->quiet, "No progress bar");
  return [wish] { return mix(*wish); };
}

}  // namespace antiphon
