#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "tests/guard/realtime_guard.hpp"
#include "tests/support/played.hpp"

using namespace antiphon;
using namespace antiphon::synth;

namespace {

constexpr Gesture stroke(int key, float force = 1) { return {Gesture::Kind::keyDown, static_cast<float>(key), force}; }

/// The highest number of each lane.
std::vector<double> highest(const std::vector<Sound>& lanes) {
  std::vector<double> all;
  for (const Sound& lane : lanes) all.push_back(loudest(lane));
  return all;
}

}  // namespace

SCENARIO("each pad is struck by its own keys, as hard as they are") {
  const std::map<std::string, std::vector<int>> keys{{"kick", {35, 36}},    {"snare", {38, 40}},
                                                     {"stick", {37}},       {"clap", {39}},
                                                     {"hat", {42, 44, 46}}, {"tom", {41, 43, 45, 47, 48, 50}},
                                                     {"crash", {49, 57}},   {"ride", {51, 59}},
                                                     {"cowbell", {56}},     {"shaker", {54, 69, 70, 82}}};
  for (const auto& [pad, struckBy] : keys) {
    for (const int key : struckBy) {
      for (const auto& [other, unused] : keys) {
        Alone pads{"pads"};
        pads.module().hear(stroke(key, 0.6f), 5);
        const Sound sound = pads.play(200, other)[0];
        CAPTURE(pad, key, other);
        CHECK(loudest(sound) == Approx(other == pad ? 0.6 : 0));
        CHECK(loudest(part(sound, 0, 5)) == 0);
        CHECK(sound.back() == 0);  // it is let go of, though the key is held
      }
    }
  }
}

SCENARIO("strokes that follow each other are all noticed") {
  GIVEN("a pad that is struck again while its trigger is still up") {
    Alone pads{"pads"};
    for (const int frame : {3, 20}) pads.module().hear(stroke(36), frame);
    const Sound sound = pads.play(100, "kick")[0];
    THEN("it is let go for a frame between") {
      int rises = 0;
      for (std::size_t i = 1; i < sound.size(); ++i) rises += sound[i - 1] <= 0 && sound[i] > 0 ? 1 : 0;
      CHECK(rises == 2);
    }
  }
  GIVEN("a crash, struck three times") {
    Alone pads{"pads"};
    for (const int frame : {3, 4, 5}) pads.module().hear(stroke(49), frame);
    const auto lanes = highest(pads.play(100, "crash"));
    THEN("each stroke has a voice of its own, and rings on") {
      CHECK(lanes == std::vector<double>{1, 1, 1, 0, 0, 0, 0, 0});
    }
  }
  GIVEN("toms, high and low") {
    Alone pads{"pads"};
    pads.module().hear(stroke(50), 3);
    pads.module().hear(stroke(41), 4);
    const auto lanes = pads.play(100, "pitch");
    THEN("each is tuned by itself") {
      CHECK(lanes[0].back() == 8);
      CHECK(lanes[1].back() == -7);
    }
  }
  GIVEN("the same strokes in other blocks") {
    const auto played = [](int blockOf) {
      Alone pads{"pads"};
      // What is heard counts from the next block: all of it at the first frame of one.
      for (const int key : {36, 42, 49, 41}) pads.module().hear(stroke(key), 0);
      return pads.play(300, "tom", blockOf);
    };
    THEN("they are the same") { CHECK(played(7) == played(32)); }
  }
}

SCENARIO("pads take no memory while they play, and forget when they are calmed") {
  Alone pads{"pads"};
  const auto before = guard::offences().all();
  {
    const RealtimeScope realtime;
    for (int i = 0; i < 1000; ++i) pads.module().hear(stroke(35 + i % 50), i % 32);
  }
  pads.run(64);
  {
    const RealtimeScope realtime;
    pads.module().hear(stroke(46), 0);
    pads.module().calm();
  }
  CHECK(guard::offences().all() == before);
  CHECK(loudest(pads.play(64, "hat")[0]) == 0);
  CHECK(loudest(pads.play(64, "open")[0]) == 0);
}

SCENARIO("a kit is played by General MIDI's keys") {
  GIVEN("each drum alone") {
    for (const int key : {35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 54, 56, 57, 59, 70}) {
      const Ears ears = Played{"drums"}.note({0, 0.1, key, 100}).hear(1);
      CAPTURE(key, decibels(ears.peak()));
      CHECK(decibels(ears.peak()) > -30);
      CHECK(decibels(ears.peak()) < -3);
    }
    CHECK(Played{"drums"}.note({0, 0.1, 20, 100}).hear(0.2).peak() == 0);
  }
  GIVEN("an open hi-hat, and one that is closed soon") {
    Played open{"drums"}, closed{"drums"};
    open.set("reverb", 0).note({0, 0.1, 46, 100});
    closed.set("reverb", 0).note({0, 0.1, 46, 100}).note({0.2, 0.1, 42, 100});
    const double rings = open.hear(0.6).level(0.45, 0.55), choked = closed.hear(0.6).level(0.45, 0.55);
    CAPTURE(decibels(rings), decibels(choked));
    THEN("it is choked") { CHECK(decibels(rings / choked) > 25); }
  }
  GIVEN("toms from high to low") {
    const auto where = [](int key) {
      const Ears ears = Played{"drums"}.set("reverb", 0).note({0, 0.1, key, 100}).hear(0.5);
      return decibels(rms(ears.right) / rms(ears.left));
    };
    CAPTURE(where(50), where(41));
    THEN("they go from left to right") { CHECK(where(50) < where(41) - 3); }
  }
  GIVEN("everything at once, as hard as can be") {
    Played kit{"drums"};
    for (const int key : {36, 38, 42, 49}) kit.note({0, 0.1, key, 127});
    const double peak = decibels(kit.hear(0.5).peak());
    CAPTURE(peak);
    THEN("there is room") { CHECK(peak < -1); }
  }
}
