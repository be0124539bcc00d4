#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <ctime>
#include <iostream>
#include <string>
#include <utility>

#include "tests/support/alone.hpp"
#include "tests/support/spectrum.hpp"

using namespace antiphon::synth;

namespace {

constexpr double kPitches[] = {27.5, 110, 440, 1245, 4003, 4678, 4761, 5000};

/// An oscillator, with its knobs turned.
struct Voicing {
  std::string_view module;
  std::vector<std::pair<std::string_view, double>> knobs{};

  Alone made(int groups = 1) const {
    Alone alone{module, {}, groups};
    for (const auto& [inlet, value] : knobs) alone.set(inlet, value);
    return alone;
  }
  std::string name() const {
    std::string all{module};
    for (const auto& [inlet, value] : knobs) all += " " + std::string{inlet} + " " + std::to_string(value);
    return all;
  }
};

const std::vector<Voicing>& pureOnes() {
  static const std::vector<Voicing> all{{"sine"},
                                        {"saw"},
                                        {"square"},
                                        {"square", {{"width", 0.1}}},
                                        {"triangle"},
                                        {"wavetable"},
                                        {"wavetable", {{"position", 1}}},
                                        {"wavetable", {{"position", 2}}},
                                        {"wavetable", {{"position", 3}}},
                                        {"wavetable", {{"position", 4}}},
                                        {"wavetable", {{"position", 5}}},
                                        {"wavetable", {{"position", 6}}},
                                        {"wavetable", {{"position", 7}}},
                                        {"wavetable", {{"position", 2.6}}}};
  return all;
}

/// Of each of kPitches.
std::vector<double> purities(const Voicing& voicing) {
  Alone alone = voicing.made();
  alone.feed("freq", [](int, int lane) { return static_cast<float>(kPitches[lane]); });
  const auto sounds = alone.play(65536 + 64);
  std::vector<double> all;
  for (std::size_t i = 0; i < sounds.size(); ++i) all.push_back(purity(sounds[i], kPitches[i]));
  return all;
}

}  // namespace

SCENARIO("the ruler for purity measures what it says") {
  GIVEN("ten harmonics, with white noise 80 dB below the first") {
    std::vector<float> sound(65536);
    std::uint32_t chance = 1;
    for (std::size_t i = 0; i < sound.size(); ++i) {
      double sum = 0;
      for (int k = 1; k <= 10; ++k)
        sum += std::sin(2 * std::numbers::pi * 440 * k * static_cast<double>(i) / 48000) / k;
      chance = chance * 1664525u + 1013904223u;
      // Of a band of 24 kHz, 20 are heard.
      const double noise = std::sqrt(0.5 * 3 * 24 / 20) * 1e-4 * (static_cast<double>(chance) / 2147483648.0 - 1);
      sound[i] = static_cast<float>(sum + noise);
    }
    THEN("it says 80 dB") { CHECK(purity(sound, 440) == Approx(80).margin(0.2)); }
  }
  GIVEN("a saw that is drawn plainly") {
    THEN("it hears what folds back") {
      for (const double hertz : kPitches) {
        std::vector<float> sound(65536);
        for (std::size_t i = 0; i < sound.size(); ++i)
          sound[i] = static_cast<float>(std::remainder(2 * hertz / 48000 * static_cast<double>(i), 2));
        CAPTURE(hertz);
        CHECK(purity(sound, hertz) < 60);
      }
    }
  }
  GIVEN("a sum of no more than sines") {
    std::vector<float> sound(65536);
    for (std::size_t i = 0; i < sound.size(); ++i)
      sound[i] = static_cast<float>(std::sin(2 * std::numbers::pi * 1245 * static_cast<double>(i) / 48000));
    THEN("it hears next to nothing but them") { CHECK(purity(sound, 1245) > 140); }
  }
}

SCENARIO("oscillators are pure: MUS-03") {
  for (const Voicing& voicing : pureOnes()) {
    GIVEN(voicing.name()) {
      const auto decibels = purities(voicing);
      THEN("from a piano's lowest key to above its highest, what is no harmonic is 90 dB below the fundamental") {
        for (std::size_t i = 0; i < decibels.size(); ++i) {
          CAPTURE(kPitches[i]);
          CHECK(decibels[i] > 90);
        }
      }
    }
  }
}

SCENARIO("oscillators are in tune: MUS-01") {
  const std::vector<Voicing> all{{"sine"},
                                 {"saw"},
                                 {"square"},
                                 {"triangle"},
                                 {"supersaw", {{"detune", 0}}},
                                 {"wavetable", {{"position", 3}}},
                                 {"fm", {{"level2", 0}}},
                                 {"fm", {{"feedback", 0.5}, {"algorithm", 5}, {"level4", 0.1}}}};
  for (const Voicing& voicing : all) {
    GIVEN(voicing.name()) {
      Alone alone = voicing.made(2);
      // From C0 to C9, and some between.
      const auto semitones = [](int lane) {
        return lane < 10 ? static_cast<float>(12 * lane - 57) : static_cast<float>(17.317 * (lane - 10) - 40.25);
      };
      alone.feed("pitch", [&](int, int lane) { return semitones(lane); });
      const auto sounds = alone.play(96000);
      THEN("it is within 0.05 cents of every pitch") {
        for (int lane = 0; lane < 16; ++lane) {
          const double hertz = 440 * std::exp2(static_cast<double>(semitones(lane)) / 12);
          CAPTURE(hertz);
          CHECK(std::abs(centsOff(sounds[static_cast<std::size_t>(lane)], hertz)) < 0.05);
        }
      }
    }
  }
}

SCENARIO("figures of the oscillators", "[.][figures]") {
  for (const Voicing& voicing : pureOnes()) {
    std::cout << voicing.name() << ":";
    for (const double decibels : purities(voicing)) std::cout << " " << std::round(decibels * 10) / 10;
    std::cout << "\n";
  }
  const std::vector<Voicing> all{{"sine"},      {"saw"}, {"square"}, {"triangle"}, {"supersaw", {{"voices", 7}}},
                                 {"wavetable"}, {"fm"},  {"noise"}};
  for (const Voicing& voicing : all) {
    constexpr int groups = 8, frames = 480000;
    const ModuleType& type = *moduleCalled(voicing.module);
    const auto module = type.make({SampleRate{48000}, groups, 1});
    std::vector<Signals> in, out;
    std::vector<Heard> hears;
    std::vector<Made> makes;
    for (const Inlet& inlet : type.inlets) {
      in.push_back(silentSignals(groups));
      float* const at = in.back().get();
      const bool pitch = inlet.name == "pitch";  // MIDI keys 36 to 84, gliding as a keyboard's do
      for (int i = 0; i < groups * kBlock * kLanes; ++i) {
        const int lane = i / (kBlock * kLanes) * kLanes + i % kLanes;
        at[i] = pitch ? static_cast<float>(36 + lane * 48 / 63 - 69) : static_cast<float>(inlet.usual);
      }
      if (pitch) hears.push_back({at, kLanes, kPerGroup, groups});
      else hears.push_back({at, 0, 0, 1});
    }
    for (std::size_t i = 0; i < type.outlets.size(); ++i) {
      out.push_back(silentSignals(groups));
      makes.push_back({out.back().get()});
    }
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
      const std::clock_t begin = std::clock();
      for (int f = 0; f < frames / 5; f += kBlock) module->play({hears, makes, kBlock, groups, {}});
      best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    std::cout << voicing.name() << ": 64 voices " << std::round(2 / best) << " times real time\n";
  }
}
