// How mixes whose gains were left to chance are levelled: sessions are played, each track's gain is thrown off by up to
// 12 dB, and auto-level, which hears nothing but the thrown tracks, has to find a mix again.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>

#include "bridge/live_mix.hpp"
#include "cli/benches.hpp"
#include "cli/exit.hpp"
#include "cli/played_session.hpp"
#include "cli/progress.hpp"
#include "cli/words.hpp"
#include "synth/mix/masking.hpp"

namespace antiphon {
namespace {

using Json = nlohmann::ordered_json;
using synth::SoundStems;

// Auto-level's table of usual levels was made from the other sessions in that folder; these it has never seen.
constexpr const char* kUnseen[] = {"acid", "dub", "generative", "mixing", "seven_eight"};
constexpr double kLongEnough = 22;  // s, so that all that comes in at a later bar is there

struct MixBenchWish {
  std::vector<std::string> sessions{};
  std::string folder = "docs/sessions";
  int mixes = 20;
  double target = synth::kUsualTarget, thrown = 12;
  std::uint64_t seed = 1;
  bool json = false;
};

struct Outcome {
  std::string session{};
  double loudness = 0, truePeak = 0, limited = 0;
  std::vector<double> off{};        // of each track, dB from the balance that it had
  double masked = 0, relieved = 0;  // before and behind the equalisers that were advised
  double scoreThrown = 0, scoreLevelled = 0;
  int cuts = 0;
};

double meanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += std::abs(value);
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

std::unique_ptr<PlayedSession> played(const std::string& file, const std::vector<std::string>& lines = {}) {
  auto session = std::make_unique<PlayedSession>(file);
  for (const std::string& line : lines) {
    if (const Command::Reply reply = session->say(line); !reply.ok) throw UsageError{line + ": " + reply.text};
  }
  session->play(kLongEnough);
  return session;
}

/// A track as a studio gives it away: by itself, with what its sends bring back.
SoundStems::Sound trackAlone(const std::string& file, const synth::Stems& original, std::size_t track) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < original.strips().size(); ++i) {
    if (i != track && !original.strips()[i].bus) lines.push_back("gain " + original.strips()[i].name + " -120");
  }
  const auto session = played(file, lines);
  const auto stems = session->stems();
  SoundStems::Sound sound;
  stems->begin();
  while (const std::size_t count = stems->next()) {
    const std::size_t from = sound.left.size();
    sound.left.resize(from + count);
    sound.right.resize(from + count);
    for (std::size_t i = 0; i < stems->strips().size(); ++i) {
      for (std::size_t f = 0; f < count; ++f) {
        sound.left[from + f] += stems->left(i)[f];
        sound.right[from + f] += stems->right(i)[f];
      }
    }
  }
  return sound;
}

struct Stem {
  synth::TrackStrip strip{};  // in the session
  SoundStems::Sound sound{};
};

std::vector<Stem> stemsOf(const std::string& file) {
  const auto session = played(file);
  const auto original = session->stems();
  std::vector<Stem> stems;
  for (std::size_t i = 0; i < original->strips().size(); ++i) {
    if (!original->strips()[i].bus) stems.push_back({original->strips()[i], trackAlone(file, *original, i)});
  }
  return stems;
}

/// As files would be: what is on the desk is not known of them.
SoundStems thrown(const std::vector<Stem>& stems, const std::vector<double>& decibels,
                  const synth::MasterStrip& master = {}) {
  std::vector<synth::TrackStrip> strips;
  std::vector<SoundStems::Sound> sounds;
  for (std::size_t i = 0; i < stems.size(); ++i) {
    strips.push_back({.name = stems[i].strip.name});
    sounds.push_back(stems[i].sound);
    const auto by = static_cast<float>(std::pow(10, decibels[i] / 20));
    for (float& sample : sounds[i].left) sample *= by;
    for (float& sample : sounds[i].right) sample *= by;
  }
  return {synth::SampleRate{48000}, std::move(strips), std::move(sounds), master};
}

/// The levelled mix in the studio, without and with the equalisers that are advised against masking.
void relieve(const std::string& file, const std::vector<Stem>& stems, const std::vector<double>& gains,
             Outcome& outcome) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < gains.size(); ++i) {
    const synth::TrackStrip& strip = stems[i].strip;
    char line[120];
    std::snprintf(line, sizeof line, "gain %s %.2f", strip.name.c_str(),
                  std::clamp(strip.level + gains[i], -120.0, 12.0));
    lines.emplace_back(line);
  }
  const synth::MixMeasure before = synth::measured(*played(file, lines)->stems());
  outcome.masked = synth::Masking{before}.figure();
  for (const synth::Suggestion& its : synth::adviceOn(before).suggestions) {
    if (its.type != "masking") continue;
    lines.push_back(its.action);
    ++outcome.cuts;
  }
  outcome.relieved = synth::Masking{synth::measured(*played(file, lines)->stems())}.figure();
}

Outcome levelled(const std::string& file, const std::vector<Stem>& original, std::mt19937_64& chance,
                 const MixBenchWish& wish) {
  Outcome outcome{.session = std::filesystem::path{file}.stem().string()};
  std::vector<double> gains;
  for (std::size_t i = 0; i < original.size(); ++i)
    gains.push_back(wish.thrown * (2 * static_cast<double>(chance() >> 11) * 0x1p-53 - 1));
  SoundStems stems = thrown(original, gains);
  const synth::MixReport report = synth::report(stems, {.target = wish.target});
  outcome.scoreThrown = report.advice.score.points;
  synth::Programme heard{stems.rate()};
  synth::sum(stems, report.levels,
             [&](std::span<const float> left, std::span<const float> right) { heard.hear(left, right); });
  outcome.loudness = heard.loudness();
  outcome.truePeak = heard.truePeak();
  outcome.limited = report.levels.limited;
  double mean = 0;
  for (std::size_t i = 0; i < gains.size(); ++i) {
    gains[i] += report.levels.tracks[i].gain;
    mean += gains[i] / static_cast<double>(gains.size());
  }
  for (const double gain : gains) outcome.off.push_back(gain - mean);
  SoundStems again =
      thrown(original, gains, {.heard = true, .loudness = outcome.loudness, .truePeak = outcome.truePeak});
  outcome.scoreLevelled = synth::report(again, {.target = wish.target, .levels = false}).advice.score.points;
  for (double& gain : gains) gain -= mean;
  relieve(file, original, gains, outcome);
  return outcome;
}

int bench(const MixBenchWish& wish) {
  std::vector<std::string> files = wish.sessions;
  if (files.empty()) {
    for (const char* name : kUnseen) files.push_back(wish.folder + "/" + name + ".studio");
  }
  std::mt19937_64 chance{wish.seed};
  Progress progress{"levelling", !wish.json};
  std::vector<Outcome> outcomes;
  for (std::size_t f = 0; f < files.size(); ++f) {
    const std::vector<Stem> original = stemsOf(files[f]);
    for (int mix = static_cast<int>(f); mix < wish.mixes; mix += static_cast<int>(files.size())) {
      outcomes.push_back(levelled(files[f], original, chance, wish));
      progress.at(static_cast<double>(outcomes.size()) / wish.mixes);
    }
  }
  progress.end();
  double worstLoudness = 0, worstPeak = -100, balance = 0, before = 0, after = 0;
  int relieved = 0;
  Json json = Json::array();
  if (!wish.json)
    std::printf(
        "session            loudness  true peak  limited  off balance: mean  worst   masked: before  after  score: "
        "thrown  levelled\n");
  for (const Outcome& o : outcomes) {
    double worst = 0;
    for (const double off : o.off) worst = std::max(worst, std::abs(off));
    worstLoudness = std::max(worstLoudness, std::abs(o.loudness - wish.target));
    worstPeak = std::max(worstPeak, o.truePeak);
    balance += meanOf(o.off) / static_cast<double>(outcomes.size());
    before += o.masked / static_cast<double>(outcomes.size());
    after += o.relieved / static_cast<double>(outcomes.size());
    relieved += o.relieved < o.masked ? 1 : 0;
    json.push_back({{"session", o.session},
                    {"loudness", o.loudness},
                    {"true_peak", o.truePeak},
                    {"limited_db", o.limited},
                    {"off_balance_db", o.off},
                    {"masking_before", o.masked},
                    {"masking_after", o.relieved},
                    {"score_thrown", o.scoreThrown},
                    {"score_levelled", o.scoreLevelled}});
    if (wish.json) continue;
    std::printf("%-18s %8.2f  %9.2f  %7.1f  %17.2f  %5.2f  %15.1f  %5.1f  %13.0f  %8.0f\n", o.session.c_str(),
                o.loudness, o.truePeak, o.limited, meanOf(o.off), worst, 100 * o.masked, 100 * o.relieved,
                o.scoreThrown, o.scoreLevelled);
  }
  const bool shown = worstLoudness <= 0.5 && worstPeak < synth::kMostPeak && balance <= 1.5 && after < before;
  if (wish.json) {
    std::printf("%s\n", Json{{"mixes", json},
                             {"worst_loudness_lu", worstLoudness},
                             {"worst_true_peak", worstPeak},
                             {"off_balance_db", balance},
                             {"masking_before", before},
                             {"masking_after", after}}
                            .dump(2)
                            .c_str());
  } else {
    std::printf(
        "%zu mixes: at most %.2f LU from %.1f LUFS, true peaks at most %.2f dBTP, balance %.2f dB off on average, "
        "masked %.1f %% before and %.1f %% after (less in %d)\n",
        outcomes.size(), worstLoudness, wish.target, worstPeak, balance, 100 * before, 100 * after, relieved);
  }
  return shown ? kExitOk : kExitFailed;
}

}  // namespace

Action addMixBench(CLI::App& app) {
  auto* sub =
      app.add_subcommand("mix", "Mixes with gains left to chance, levelled again: loudness, peaks, balance, masking");
  auto wish = std::make_shared<MixBenchWish>();
  sub->add_option("sessions", wish->sessions,
                  "Files of commands to be mixed (default: five that auto-level has not seen)");
  sub->add_option("--folder", wish->folder, "Where those five are (default docs/sessions)");
  sub->add_option("--mixes", wish->mixes, "How many in all (default 20)")->check(wholeNumber(1, 10'000));
  sub->add_option("--thrown", wish->thrown, "Each track's gain is off by at most so many dB (default 12)")
      ->check(number(0, 24, "decibels"));
  sub->add_option("--seed", wish->seed, "Of the gains (default 1)")->check(wholeNumber(0, 1L << 62));
  sub->add_flag("--json", wish->json, "Print JSON");
  return [wish] { return bench(*wish); };
}

}  // namespace antiphon
