#include <catch2/catch.hpp>
#include <string>

#include "tests/support/hearing.hpp"

using namespace antiphon::synth;

namespace {

constexpr int kRate = 48000;
constexpr int kSixteenth = 6000;  // frames, at 120 beats a minute

Alone playing(const char* module, double tempo = 120, double beat = 0) {
  Alone alone{module};
  alone.time() = {tempo, beat, true};
  return alone;
}

std::vector<int> edgesOf(const Sound& gate) {
  std::vector<int> edges;
  for (std::size_t f = 0; f < gate.size(); ++f) {
    if (gate[f] > 0.5f && (f == 0 || gate[f - 1] <= 0.5f)) edges.push_back(static_cast<int>(f));
  }
  return edges;
}

/// A stroke for every step: "x..x".
std::string strokesOf(const Sound& gate, int steps, int perStep) {
  std::string strokes;
  for (int step = 0; step < steps; ++step)
    strokes += gate[static_cast<std::size_t>(step * perStep + perStep / 4)] > 0.5f ? 'x' : '.';
  return strokes;
}

}  // namespace

SCENARIO("a clock's pulses stand on their frames") {
  GIVEN("sixteenths at 120 beats a minute") {
    Alone clock = playing("clock");
    const Sound gate = clock.set("length", 0.25).one(kRate);
    THEN("there is one every 6000 frames, a quarter of that long") {
      CHECK(edgesOf(gate) == std::vector<int>{0, 6000, 12000, 18000, 24000, 30000, 36000, 42000});
      CHECK(std::ranges::count(gate, 1.0f) == 8 * 1500);
    }
  }
  GIVEN("a tempo that does not fit the frames, for ten minutes of music") {
    for (const double tempo : {93.7, 121.3, 174.0}) {
      const double begin = 10 * tempo;
      Alone clock = playing("clock", tempo, begin);
      const std::vector<int> edges = edgesOf(clock.set("division", 1.0 / 3).one(2 * kRate));
      THEN("every pulse is on the first frame that is not before its beat, at " + std::to_string(tempo)) {
        std::size_t next = edges[0] == 0 && std::abs(std::remainder(begin, 1.0 / 3)) > 1e-6 ? 1 : 0;
        REQUIRE(edges.size() > 8);
        for (; next < edges.size(); ++next) {
          const double beat = begin + edges[next] * tempo / 60 / kRate, third = beat * 3;
          const double late = (third - std::floor(third + 1e-6)) / 3 * 60 / tempo * kRate;
          CHECK(late < 1);
          CHECK(late > -0.01);
        }
      }
    }
  }
  GIVEN("the swing of triplets") {
    Alone clock = playing("clock");
    const std::vector<int> edges = edgesOf(clock.set("swing", 1.0 / 3).one(kRate / 2));
    THEN("every second pulse is late by a third") { CHECK(edges == std::vector<int>{0, 8000, 12000, 20000}); }
  }
  GIVEN("music that stands still") {
    Alone clock{"clock"};
    THEN("so does the clock") { CHECK(loudest(clock.one(kRate)) == 0); }
  }
  THEN("blocks are not heard") {
    CHECK(heedsNoBlocks([] { return playing("clock", 173.3); }, 20000));
    CHECK(heedsNoBlocks([] { return playing("euclid", 173.3); }, 20000));
    CHECK(heedsNoBlocks([] { return playing("chance", 173.3); }, 20000));
    CHECK(heedsNoBlocks([] { return playing("sequencer", 173.3); }, 20000));
  }
}

SCENARIO("strokes are spread evenly over a round") {
  const auto round = [](int steps, int pulses, int rotation) {
    Alone euclid = playing("euclid");
    euclid.set("steps", steps).set("pulses", pulses).set("rotation", rotation);
    return strokesOf(euclid.one(steps * kSixteenth), steps, kSixteenth);
  };
  THEN("the rhythms are those that are known") {
    CHECK(round(8, 3, 0) == "x..x..x.");
    CHECK(round(16, 4, 0) == "x...x...x...x...");
    CHECK(round(8, 5, 0) == "x.x.xx.x");
    CHECK(round(8, 3, 1) == ".x..x..x");
    CHECK(round(8, 3, -1) == "..x..x.x");
    CHECK(round(4, 9, 0) == "xxxx");
    CHECK(round(4, 0, 0) == "....");
  }
  GIVEN("a clock of another pace, and a reset") {
    Alone euclid{"euclid"};
    euclid.set("steps", 8).set("pulses", 3);
    euclid.feed("clock", [](int frame, int) { return frame % 100 < 50 ? 1.0f : 0.0f; });
    euclid.feed("reset", [](int frame, int) { return frame == 480 ? 1.0f : 0.0f; });
    THEN("it steps with that, and begins again") { CHECK(strokesOf(euclid.one(1300), 13, 100) == "x..x.x..x..x."); }
  }
}

SCENARIO("strokes are left to chance") {
  for (const double probability : {0.0, 0.3, 1.0}) {
    GIVEN("a probability of " + std::to_string(probability)) {
      const auto strokes = [&](std::uint64_t seed) {
        Alone chance{"chance", {}, 1, seed};
        chance.set("probability", probability);
        chance.feed("clock", [](int frame, int) { return frame % 4 < 2 ? 1.0f : 0.0f; });
        return strokesOf(chance.one(8000), 2000, 4);
      };
      const double share = static_cast<double>(std::ranges::count(strokes(1), 'x')) / 2000;
      CAPTURE(share);
      THEN("so many are struck, the same for the same seed") {
        CHECK(share == Approx(probability).margin(0.04));
        CHECK(strokes(1) == strokes(1));
        if (probability == 0.3) CHECK(strokes(1) != strokes(2));
      }
    }
  }
}

SCENARIO("a sequencer plays its steps") {
  GIVEN("three steps from A2") {
    const auto make = [] {
      Alone sequencer = playing("sequencer");
      sequencer.set("steps", 3).set("step1", 0).set("step2", 7).set("step3", 12).set("length", 0.5);
      return sequencer;
    };
    const Sound pitch = make().one(7 * kSixteenth, "pitch"), gate = make().one(7 * kSixteenth, "gate");
    THEN("they come round and round, each sounding for half of its time") {
      const double expected[] = {-24, -17, -12, -24, -17, -12, -24};
      for (std::size_t step = 0; step < 7; ++step) {
        CHECK(pitch[step * kSixteenth] == Approx(expected[step]));
        CHECK(pitch[step * kSixteenth + 5999] == Approx(expected[step]));
        CHECK(gate[step * kSixteenth] == 1.0f);
        CHECK(gate[step * kSixteenth + 2999] == 1.0f);
        CHECK(gate[step * kSixteenth + 3000] == 0.0f);
      }
    }
    WHEN("the second is a rest, and the third half as long") {
      const auto resting = [&](bool clocked) {
        Alone sequencer = make();
        sequencer.set("gate2", 0).set("gate3", 0.5);
        if (clocked)
          sequencer.feed("clock", [](int frame, int) { return frame % kSixteenth < kSixteenth / 2 ? 1.0f : 0.0f; });
        return sequencer;
      };
      const Sound high = resting(false).one(6 * kSixteenth, "pitch"), on = resting(false).one(6 * kSixteenth, "gate");
      THEN("there is silence in its place, and what rings on keeps its pitch") {
        CHECK(loudest(part(on, kSixteenth, 2 * kSixteenth)) == 0);
        CHECK(high[kSixteenth + 100] == Approx(-24));
        CHECK(high[4 * kSixteenth + 100] == Approx(-24));
        CHECK(high[2 * kSixteenth + 100] == Approx(-12));
        CHECK(on[2 * kSixteenth + 1499] == 1.0f);
        CHECK(on[2 * kSixteenth + 1500] == 0.0f);
        CHECK(on[3 * kSixteenth + 2999] == 1.0f);
      }
      THEN("with a clock it rests as well, and the others are as long as the clock's") {
        const Sound clocked = resting(true).one(6 * kSixteenth, "gate");
        CHECK(loudest(part(clocked, kSixteenth, 2 * kSixteenth)) == 0);
        CHECK(clocked[2 * kSixteenth + 2999] == 1.0f);
        CHECK(clocked[2 * kSixteenth + 3000] == 0.0f);
      }
    }
  }
}

SCENARIO("a chord is played one key after the other") {
  const auto played = [](int order, int octaves) {
    const auto make = [&] {
      Alone arp = playing("arp");
      arp.voices().set("order", order).set("octaves", octaves);
      // Voices 6, 1 and 4 hold a chord; the others have keys of old.
      arp.feed("pitch", [](int, int lane) { return lane == 6 ? 0.0f : lane == 1 ? 4.0f : lane == 4 ? 7.0f : -30.0f; });
      arp.feed("gate", [](int, int lane) { return lane == 6 || lane == 1 || lane == 4 ? 1.0f : 0.0f; });
      return arp;
    };
    const Sound pitch = make().one(8 * kSixteenth, "pitch");
    CHECK(edgesOf(make().one(8 * kSixteenth, "gate")).size() == 8);
    std::vector<float> keys;
    for (std::size_t step = 0; step < 8; ++step) keys.push_back(pitch[step * kSixteenth + 100]);
    return keys;
  };
  THEN("in the order that was asked for") {
    CHECK(played(0, 1) == std::vector<float>{0, 4, 7, 0, 4, 7, 0, 4});
    CHECK(played(1, 1) == std::vector<float>{7, 4, 0, 7, 4, 0, 7, 4});
    CHECK(played(2, 1) == std::vector<float>{0, 4, 7, 4, 0, 4, 7, 4});
    CHECK(played(0, 2) == std::vector<float>{0, 4, 7, 12, 16, 19, 0, 4});
    const auto random = played(3, 1);
    CHECK(std::ranges::all_of(random, [](float key) { return key == 0 || key == 4 || key == 7; }));
    CHECK(random != played(0, 1));
  }
  GIVEN("nothing held") {
    Alone arp = playing("arp");
    THEN("it is silent") { CHECK(loudest(arp.voices().one(kRate, "gate")) == 0); }
  }
}
