// How many times faster than it sounds the synth plays.
#include "cli/benches.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/exit.hpp"
#include "synth/desk.hpp"
#include "synth/vector_unit.hpp"
#include "synth/writing.hpp"

namespace antiphon {

namespace {

struct SynthWish {
  double seconds = 60;
  double rate = 48000;
  std::vector<int> voices{1, 8, 16, 32, 64, 128, 256, 512};
  bool json = false, narrow = false;
};

constexpr int kSynthPeriod = 128;  // frames, as a sound card asks for them
constexpr int kStretches = 10;     // of a run, to see how evenly it goes

struct Figure {
  int voices = 0;
  double timesRealTime = 0, worstPart = 0;
  double loudest = 0;
};

/// The job that other synths were given as well: so many voices of saw through a resonant filter of 24 dB and an
/// envelope, mixed, into a reverb.
void lay(synth::Desk& desk, int voices) {
  using synth::PatchWord;
  synth::Patch patch;
  synth::create(patch, "k", std::vector<PatchWord>{{"", "keys"}, {"voices", std::to_string(voices)}});
  synth::create(patch, "v", std::vector<PatchWord>{{"", "saw"}});
  synth::create(patch, "f", std::vector<PatchWord>{{"", "ladder"}, {"cutoff", "1500hz"}, {"resonance", "0.4"}});
  synth::create(patch, "e", std::vector<PatchWord>{{"", "adsr"}});
  synth::create(patch, "a", std::vector<PatchWord>{{"", "vca"}, {"level", "0.05"}});
  synth::create(patch, "r", std::vector<PatchWord>{{"", "reverb"}});
  synth::chain(patch, "k.pitch > v.pitch");
  synth::chain(patch, "k.gate > e.gate");
  synth::chain(patch, "e > a.gain");
  synth::chain(patch, "v > f > a > r > out");
  desk.load(patch);
}

Figure measureVoices(int voices, const double seconds, synth::SampleRate rate) {
  synth::Desk desk{rate};
  lay(desk, voices);
  const synth::NodeId keys = desk.played("k");
  for (int v = 0; v < voices; ++v) {
    // Through four octaves, each voice a little out of the others' step.
    const float key = 36 + static_cast<float>(v % 48) + 0.01f * static_cast<float>(v);
    desk.machine().strike(keys, {synth::Gesture::Kind::keyDown, key, 0.8f}, synth::Frame{v * 64});
  }
  std::array<float, kSynthPeriod> left{}, right{};
  Figure figure;
  figure.voices = voices;
  const auto periods = static_cast<int>(seconds * rate.hertz / kSynthPeriod / kStretches);
  double all = 0;
  for (int part = 0; part < kStretches; ++part) {
    const std::clock_t begin = std::clock();
    for (int i = 0; i < periods; ++i) desk.machine().render(left.data(), right.data(), kSynthPeriod, {});
    const double took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    for (const float x : left) figure.loudest = std::max(figure.loudest, static_cast<double>(std::abs(x)));
    all += took;
    figure.worstPart = std::max(figure.worstPart, took);
  }
  const double sounded = periods * kSynthPeriod / rate.hertz;
  figure.timesRealTime = kStretches * sounded / all;
  figure.worstPart = sounded / figure.worstPart;
  return figure;
}

int benchSynth(const SynthWish& wish) {
  if (wish.narrow) synth::withoutWideVectors();
  nlohmann::ordered_json runs = nlohmann::ordered_json::array();
  if (!wish.json) std::printf("vectors: %s\nvoices   times real time   slowest tenth\n", synth::vectorUnit().c_str());
  for (const int voices : wish.voices) {
    const Figure figure = measureVoices(voices, wish.seconds, {wish.rate});
    if (figure.loudest <= 0) throw std::runtime_error{"the job made no sound: there is nothing to measure"};
    runs.push_back({{"voices", voices},
                    {"times_real_time", figure.timesRealTime},
                    {"slowest_tenth", figure.worstPart},
                    {"peak", figure.loudest}});
    if (wish.json) continue;
    std::printf("%6d %17.1f %15.1f\n", voices, figure.timesRealTime, figure.worstPart);
    std::fflush(stdout);
  }
  if (wish.json)
    std::printf("%s\n",
                nlohmann::ordered_json{
                    {"vectors", synth::vectorUnit()}, {"rate", wish.rate}, {"seconds", wish.seconds}, {"runs", runs}}
                    .dump(2)
                    .c_str());
  return kExitOk;
}

}  // namespace

Action addSynthBench(CLI::App& bench) {
  auto* sub = bench.add_subcommand("synth", "How many times faster than it sounds the synth plays, on one core");
  auto wish = std::make_shared<SynthWish>();
  sub->add_option("--seconds", wish->seconds, "Of sound for each figure (default 60)")->check(CLI::Range(0.1, 600.0));
  sub->add_option("--rate", wish->rate, "Frames a second (default 48000)")->check(CLI::Range(44100.0, 192000.0));
  sub->add_option("--voices", wish->voices, "How many sound together, one figure for each (default 1 to 512)")
      ->check(CLI::Range(1, synth::kMostVoices));
  sub->add_flag("--narrow", wish->narrow, "With vectors of 128 bits at most, as an old processor has them");
  sub->add_flag("--json", wish->json, "Print JSON");
  return [wish] { return benchSynth(*wish); };
}

}  // namespace antiphon
