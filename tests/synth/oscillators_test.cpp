#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <ctime>
#include <iostream>
#include <numeric>
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

namespace {

/// Every oscillator, with all that can move in it moving.
Alone restless(std::string_view module) {
  Alone alone{module};
  const ModuleType& type = *moduleCalled(module);
  alone.feed("pitch", [](int frame, int lane) {
    return static_cast<float>(7 * std::sin(0.0007 * frame + lane) + 5 * lane - 20);
  });
  alone.feed("freq", [](int frame, int lane) {  // through zero, now and then
    return static_cast<float>(300 + (lane == 3 ? 500 : 40) * std::sin(0.01 * frame));
  });
  if (type.inlet("sync") >= 0)
    alone.feed("sync", [](int frame, int lane) { return static_cast<float>(std::sin(0.02 * frame + lane)); });
  if (type.inlet("width") >= 0)
    alone.feed("width", [](int frame, int) { return static_cast<float>(0.5 + 0.45 * std::sin(0.003 * frame)); });
  if (type.inlet("position") >= 0)
    alone.feed("position", [](int frame, int) { return static_cast<float>(3.5 + 3.4 * std::sin(0.002 * frame)); });
  if (type.inlet("detune") >= 0)
    alone.feed("detune", [](int frame, int) { return static_cast<float>(0.5 + 0.4 * std::sin(0.001 * frame)); });
  if (type.inlet("voices") >= 0)
    alone.feed("voices", [](int frame, int) { return static_cast<float>(5 + 4 * std::sin(0.001 * frame)); });
  if (type.inlet("level4") >= 0) alone.set("level3", 0.1).set("level4", 0.2).set("feedback", 0.5);
  return alone;
}

constexpr std::string_view kTones[] = {"sine", "saw", "square", "triangle", "supersaw", "wavetable", "fm"};

}  // namespace

SCENARIO("what an oscillator plays does not depend on how it is asked for") {
  for (const std::string_view module : kTones) {
    GIVEN(std::string{module}) {
      Alone whole = restless(module), pieces = restless(module);
      const auto sound = whole.play(9000);
      THEN("blocks of 7 frames make what blocks of 32 make, to the last bit") {
        CHECK(pieces.play(9000, {}, 7) == sound);
      }
    }
  }
}

SCENARIO("an oscillator that is calmed is as it was made") {
  for (const std::string_view module : {"sine", "saw", "square", "triangle", "supersaw", "wavetable", "fm", "noise"}) {
    GIVEN(std::string{module} + " that has played") {
      Alone alone{module};
      const auto first = alone.play(3000);
      alone.module().calm();
      THEN("it plays the same again") { CHECK(alone.play(3000) == first); }
    }
  }
}

SCENARIO("oscillators that stand still are silent") {
  for (const std::string_view module : {"sine", "saw", "triangle", "wavetable", "fm"}) {
    GIVEN(std::string{module} + " at 0 Hz") {
      Alone alone{module};
      const auto sound = alone.set("freq", 0).one(2000);
      THEN("every frame is nothing") {
        CHECK(std::all_of(sound.begin(), sound.end(), [](float x) { return std::abs(x) < 1e-6f; }));
      }
    }
  }
}

SCENARIO("whatever is asked of an oscillator, it stays in bounds") {
  for (const std::string_view module : kTones) {
    REQUIRE(rc::check(std::string{module}, [module] {
      const auto chance = [](double least, double most) {
        return static_cast<float>(least + (most - least) * static_cast<double>(*rc::gen::inRange(0, 1000001)) / 1e6);
      };
      std::vector<float> numbers(64);
      for (float& number : numbers) number = chance(-1, 1);
      Alone alone{module, {*rc::gen::element(44100.0, 48000.0, 192000.0)}};
      const ModuleType& type = *moduleCalled(module);
      for (std::size_t i = 0; i < type.inlets.size(); ++i) {
        const Inlet& inlet = type.inlets[i];
        // Signals have no bounds of their own; any sort of note will do.
        const bool open = inlet.most >= 1e9;
        const double least = open ? -200 : inlet.least, most = open ? 200 : inlet.most;
        const bool moves = inlet.unit != Unit::choice && *rc::gen::arbitrary<bool>();
        if (!moves) {
          const double whole = *rc::gen::inRange(0, static_cast<int>(std::min(most, 100.0)) + 1);
          alone.set(inlet.name, inlet.unit == Unit::choice ? whole : static_cast<double>(chance(least, most)));
          continue;
        }
        alone.feed(inlet.name, [=](int frame, int lane) {
          const float x = numbers[static_cast<std::size_t>(frame * 5 + lane * 11) % numbers.size()];
          return static_cast<float>(least + (most - least) * (static_cast<double>(x) + 1) / 2);
        });
      }
      for (const auto& lane : alone.play(500)) {
        // Every corner may overshoot, and there may be one in every frame.
        for (const float x : lane) RC_ASSERT(std::abs(x) < 40);
      }
    }));
  }
}

SCENARIO("a pulse has no direct current, whatever its width") {
  for (const double width : {0.01, 0.1, 0.5, 0.9}) {
    GIVEN("a width of " + std::to_string(width)) {
      Alone square{"square"};
      const auto sound = square.set("freq", 480).set("width", width).one(48000 + 100);
      THEN("its mean is zero") {
        const double mean = std::accumulate(sound.end() - 48000, sound.end(), 0.0) / 48000;
        CAPTURE(mean);
        CHECK(std::abs(mean) < 1e-5);
      }
    }
  }
}

SCENARIO("ten oscillators stay together for ten minutes: MUS-04") {
  GIVEN("five kinds, each with a tone and the octave above it, started together") {
#if defined(ANTIPHON_SANITIZED)
    constexpr int minutes = 1;
#else
    constexpr int minutes = 10;
#endif
    constexpr int second = 48000 / kBlock, all = minutes * 60 * second;
    constexpr double hertz = 261.6;
    // How far each has come from the first second to the last, past whole turns.
    std::vector<double> low, high;
    for (const std::string_view name : {"sine", "saw", "square", "triangle", "wavetable"}) {
      const ModuleType& type = *moduleCalled(name);
      const auto module = type.make({SampleRate{48000}, 1, 1});
      std::vector<Signals> in;
      std::vector<Heard> hears;
      for (const Inlet& inlet : type.inlets) {
        in.push_back(silentSignals(1));
        const bool pitch = inlet.name == "freq";
        std::fill_n(in.back().get(), kLanes, static_cast<float>(pitch ? hertz : inlet.usual));
        if (pitch) in.back()[1] *= 2;
        hears.push_back({in.back().get(), 0, 0, 1});
      }
      const Signals out = silentSignals(1), beside = silentSignals(1);
      std::vector<Made> makes{{out.get()}, {beside.get()}};
      std::vector<float> sounds[2][2];
      for (int block = 0; block < all; ++block) {
        module->play({hears, makes, kBlock, 1, {}});
        if (block >= second && block < all - second) continue;
        for (int f = 0; f < kBlock; ++f) {
          for (std::size_t lane = 0; lane < 2; ++lane) sounds[block >= second][lane].push_back(makes[0].at(0, f)[lane]);
        }
      }
      const auto advance = [&](std::size_t lane, double pitch) {
        return turnsOf(sineIn(sounds[1][lane], pitch)) - turnsOf(sineIn(sounds[0][lane], pitch));
      };
      low.push_back(advance(0, hertz));
      high.push_back(advance(1, 2 * hertz));
    }
    THEN("all are where the first is, to a thousandth of a turn") {
      for (std::size_t i = 0; i < low.size(); ++i) {
        const double apart = std::remainder(low[i] - low[0], 1.0);
        const double octaveApart = std::remainder(high[i] - 2 * low[0], 1.0);
        CAPTURE(i, apart, octaveApart);
        CHECK(std::abs(apart) < 1e-3);
        CHECK(std::abs(octaveApart) < 1e-3);
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
