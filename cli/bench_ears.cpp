// How often the ears are right about music of which tempo, beats and key are known, beside QM-DSP and aubio.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "cli/benches.hpp"
#include "cli/ears_learning.hpp"
#include "cli/ears_peers.hpp"
#include "cli/ears_truth.hpp"
#include "cli/exit.hpp"
#include "cli/progress.hpp"
#include "cli/words.hpp"
#include "synth/ears/agreement.hpp"
#include "synth/ears/analysis.hpp"
#include "synth/ears/sound_reader.hpp"
#include "synth/ears/strokes.hpp"
#include "synth/ears/tapping.hpp"
#include "synth/ears/tapping_weights.hpp"
#include "synth/ears/tonality.hpp"

namespace antiphon {
namespace {

constexpr synth::SampleRate kClipRate{44100};
constexpr double kTappingCalm = 0.01, kKeyCalm = 0.01;  // what is learned should also hold for other music

struct EarsWish {
  std::vector<std::string> folders{};
  std::string split = "both";
  bool learn = false, each = false, styles = false, json = false;
};

/// What one pair of ears has earned with some of the clips.
struct EarsScore {
  std::string ears{}, clipsOf{};
  bool hearsKeys = true;
  int clips = 0, exact = 0, octave = 0, keyed = 0, key = 0;
  double beats = 0, seconds = 0, took = 0;

  void add(const EarsSay& say, const TrueClip& truth) {
    ++clips;
    exact += synth::sameTempo(say.tempo, truth.tempo) ? 1 : 0;
    octave += synth::sameOctave(say.tempo, truth.tempo) ? 1 : 0;
    keyed += truth.key.empty() ? 0 : 1;
    key += !truth.key.empty() && say.key == truth.key && say.mode == truth.mode ? 1 : 0;
    beats += synth::beatsAgree(say.beats, truth.beats);
  }
};

/// Of this process: neighbours do not count.
double processorSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::vector<float> monoOf(const std::string& file) {
  synth::SoundReader reader{file, {.rate = kClipRate, .sides = synth::Sides::one}};
  std::vector<float> sound;
  while (reader.next()) sound.insert(sound.end(), reader.left().begin(), reader.left().end());
  return sound;
}

std::vector<TrueClip> clipsOf(const EarsWish& wish) {
  std::vector<TrueClip> clips;
  for (const std::string& folder : wish.folders) {
    for (TrueClip& clip : trueClips(folder)) {
      if (wish.split == "both" || (wish.split == "held") == clip.held) clips.push_back(std::move(clip));
    }
  }
  if (clips.empty()) throw UsageError{wish.folders[0] + " holds no such clips"};
  return clips;
}

int measureEars(const EarsWish& wish) {
  const std::vector<EarsPeer> peers = earsPeers();
  const std::vector<TrueClip> clips = clipsOf(wish);
  const auto groupOf = [&](const TrueClip& clip) { return wish.styles ? clip.style : clip.held ? "held" : "tune"; };
  std::vector<std::string> groups;
  std::vector<EarsScore> scores;
  for (const TrueClip& clip : clips) {
    const std::string group = groupOf(clip);
    if (std::ranges::find(groups, group) != groups.end()) continue;
    groups.push_back(group);
    scores.push_back({.ears = "Antiphon", .clipsOf = group});
    for (const EarsPeer& peer : peers)
      scores.push_back({.ears = peer.name, .clipsOf = group, .hearsKeys = peer.hearsKeys});
  }
  Progress progress{"listening", !wish.json};
  for (std::size_t i = 0; i < clips.size(); ++i) {
    const TrueClip& clip = clips[i];
    auto score = std::ranges::find(scores, groupOf(clip), &EarsScore::clipsOf);
    double begin = processorSeconds();
    const auto keep = [&](const EarsSay& say, double seconds) {
      score->took += processorSeconds() - begin;
      score->seconds += seconds;
      score->add(say, clip);
      if (wish.each)
        std::printf("%s %s is %.1f %s %s, %s says %.1f %s %s, beats %.2f\n", clip.held ? "held" : "tune",
                    clip.file.c_str(), clip.tempo, clip.key.c_str(), clip.mode.c_str(), score->ears.c_str(), say.tempo,
                    say.key.c_str(), say.mode.c_str(), synth::beatsAgree(say.beats, clip.beats));
      ++score;
    };
    const synth::Analysis heard = synth::analyse(clip.file);
    keep({heard.tempo, heard.beatTimes, heard.key, heard.mode}, heard.duration);
    const std::vector<float> sound = monoOf(clip.file);
    for (const EarsPeer& peer : peers) {
      begin = processorSeconds();
      keep(peer.hear(sound), heard.duration);
    }
    progress.at(static_cast<double>(i + 1) / static_cast<double>(clips.size()));
  }
  progress.end();

  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  if (!wish.json)
    std::printf("%-10s %-10s %6s %8s %8s %8s %8s %12s\n", wish.styles ? "style" : "half", "ears", "clips", "tempo",
                "octave", "beats F", "key", "x real time");
  for (const EarsScore& score : scores) {
    if (score.clips == 0) continue;
    const double percent = 100.0 / score.clips, keys = 100.0 * score.key / std::max(1, score.keyed);
    const bool hasKeys = score.hearsKeys && score.keyed > 0;
    if (wish.json) {
      json.push_back({{wish.styles ? "style" : "half", score.clipsOf},
                      {"ears", score.ears},
                      {"clips", score.clips},
                      {"tempo_exact_percent", percent * score.exact},
                      {"tempo_octave_percent", percent * score.octave},
                      {"beats_f", score.beats / score.clips},
                      {"key_percent", hasKeys ? nlohmann::ordered_json(keys) : nullptr},
                      {"times_real_time", score.seconds / score.took}});
      continue;
    }
    std::printf("%-10s %-10s %6d %7.1f%% %7.1f%% %8.3f ", score.clipsOf.c_str(), score.ears.c_str(), score.clips,
                percent * score.exact, percent * score.octave, score.beats / score.clips);
    if (hasKeys) std::printf("%7.1f%%", keys);
    else std::printf("%8s", "-");
    std::printf(" %12.0f\n", score.seconds / score.took);
  }
  if (wish.json) std::printf("%s\n", json.dump(2).c_str());
  else if (peers.size() < 2)
    std::printf("This build lacks %s; scripts/setup installs both.\n", peers.empty() ? "QM-DSP and aubio" : "a peer");
  return kExitOk;
}

/// From the halves for tuning, however --split is set.
int learn(EarsWish wish) {
  wish.split = "tune";
  const std::vector<TrueClip> clips = clipsOf(wish);
  std::vector<TraitChoice> tappings, keys;
  Progress progress{"listening"};
  for (std::size_t i = 0; i < clips.size(); ++i) {
    synth::Strokes strokes{kClipRate.hertz};
    synth::Tonality tonality{kClipRate.hertz};
    synth::Spectra spectra{[&](const synth::Spectra::Frame& frame) { strokes.hear(frame.power); }};
    const std::vector<float> sound = monoOf(clips[i].file);
    spectra.hear(sound);
    tonality.hear(sound);
    spectra.end();
    tonality.end();
    strokes.end();
    TraitChoice& tapping = tappings.emplace_back();
    for (const auto& one : synth::tappings(strokes, kClipRate.hertz / static_cast<double>(synth::Spectra::kHop))) {
      tapping.traits.emplace_back(one.traits.begin(), one.traits.end());
      tapping.right.push_back(synth::sameTempo(one.tempo, clips[i].tempo) &&
                              synth::beatsAgree(one.beats, clips[i].beats) > synth::kRightBeats);
    }
    progress.at(static_cast<double>(i + 1) / static_cast<double>(clips.size()));
    if (clips[i].key.empty()) continue;
    TraitChoice& key = keys.emplace_back();
    const auto traits = tonality.traits();
    for (std::size_t k = 0; k < traits.size(); ++k) {
      key.traits.emplace_back(traits[k].begin(), traits[k].end());
      const std::string mode = k < 12 ? "major" : "minor";
      key.right.push_back(synth::noteName(static_cast<int>(k % 12)) == clips[i].key && mode == clips[i].mode);
    }
  }
  progress.end();
  std::printf("// From %zu clips.\n// synth/ears/tapping_weights.hpp\n", clips.size());
  const TraitWeights tapping = learnTraits(tappings, kTappingCalm, synth::kBends);
  const auto print = [](const std::vector<double>& weights) {
    for (const double weight : weights) std::printf("%.4ff, ", weight);
  };
  std::printf("inline constexpr std::array<float, kTraits> kPlainWeights{");
  print(tapping.plain);
  std::printf("};\ninline constexpr std::array<TraitBend, kBends> kTraitBends{{\n");
  for (const auto& bend : tapping.bends) {
    std::printf("{{");
    print(bend.weights);
    std::printf("}, %.4ff, %.4ff},\n", bend.offset, bend.share);
  }
  std::printf("}};\n// synth/ears/key_weights.hpp\n");
  print(learnTraits(keys, kKeyCalm, 0).plain);
  std::printf("\n");
  return kExitOk;
}

}  // namespace

Action addEarsBench(CLI::App& bench) {
  auto* sub = bench.add_subcommand("ears", "How often the ears are right about the music of scripts/ears-truth");
  auto wish = std::make_shared<EarsWish>();
  sub->add_option("folders", wish->folders, "Where scripts/ears-truth has put its clips")->required();
  sub->add_option("--split", wish->split, "Which half: tune, held or both (default)")
      ->check(oneOf({"tune", "held", "both"}));
  sub->add_flag("--learn", wish->learn, "Find the weights of tappings and keys anew, from the tuning half alone");
  sub->add_flag("--styles", wish->styles, "A line for each style instead of each half");
  sub->add_flag("--each", wish->each, "Tell of each clip");
  sub->add_flag("--json", wish->json, "Print JSON");
  return [wish] { return wish->learn ? learn(*wish) : measureEars(*wish); };
}

}  // namespace antiphon
