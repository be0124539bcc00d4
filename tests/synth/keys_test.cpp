#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string_view>
#include <vector>

#include "synth/desk.hpp"
#include "tests/support/alone.hpp"

using namespace antiphon::synth;
using Kind = Gesture::Kind;

namespace {

void press(Alone& keys, float key, int frame = 0) { keys.module().hear({Kind::keyDown, key, 0.8f}, frame); }
void lift(Alone& keys, float key, int frame = 0) { keys.module().hear({Kind::keyUp, key, 0}, frame); }

}  // namespace

SCENARIO("keys that are played legato") {
  GIVEN("a voice that holds C") {
    Alone keys{"keys"};
    keys.set("legato", 1);
    press(keys, 60);
    CHECK(keys.play(32, "pitch")[0].back() == 60 - 69);
    WHEN("E goes down as well") {
      press(keys, 64, 5);
      const auto gate = keys.play(32, "gate");
      THEN("the same voice plays it, and is not struck again") {
        CHECK(gate[0] == std::vector<float>(32, 1.0f));
        CHECK(gate[1] == std::vector<float>(32, 0.0f));
        CHECK(keys.play(32, "pitch")[0].front() == 64 - 69);
      }
      AND_WHEN("E is let go") {
        lift(keys, 64, 3);
        const auto pitch = keys.play(32, "pitch")[0];
        THEN("it is back at C, and sounds until that is let go") {
          CHECK(pitch[2] == 64 - 69);
          CHECK(pitch[3] == 60 - 69);
          lift(keys, 60);
          CHECK(keys.play(32, "gate")[0].front() == 0);
        }
      }
      AND_WHEN("C is let go first") {
        lift(keys, 60);
        THEN("E sounds on until it is let go") {
          CHECK(keys.play(32, "pitch")[0].back() == 64 - 69);
          CHECK(keys.play(32, "gate")[0].back() == 1);
          lift(keys, 64);
          CHECK(keys.play(32, "gate")[0].back() == 0);
        }
      }
    }
    WHEN("it is let go, and E follows") {
      lift(keys, 60);
      keys.play(32);
      press(keys, 64);
      THEN("that is struck anew") { CHECK(keys.play(32, "gate")[0].front() == 1); }
    }
    WHEN("the pedal holds it while E follows") {
      keys.module().hear({Kind::pedal, 0, 1}, 0);
      lift(keys, 60);
      keys.play(32);
      press(keys, 64);
      THEN("E is struck anew: no key was held") {
        const auto gate = keys.play(32, "gate")[0];
        CHECK(gate[0] == 0);
        CHECK(gate[1] == 1);
      }
    }
    WHEN("E goes down while a glide takes 10 ms") {
      keys.set("glide", 0.01);
      press(keys, 64);
      const auto pitch = keys.play(600, "pitch")[0];
      THEN("it slides there in 480 frames, evenly") {
        CHECK(pitch[239] == Approx(62 - 69).margin(0.01));
        CHECK(pitch[479] == Approx(64 - 69).margin(1e-4));
        for (std::size_t f = 1; f < 480; ++f) CHECK(pitch[f] - pitch[f - 1] == Approx(4.0 / 480).margin(1e-4));
      }
    }
  }
}

SCENARIO("more is played in a moment than any hand can") {
  GIVEN("a thousand keys that go down and up again within a block, and one that stays") {
    Alone keys{"keys", {}, 2};
    press(keys, 40);
    for (int i = 0; i < 1000; ++i) {
      const auto key = static_cast<float>(50 + i % 40);
      press(keys, key, i / 40);
      lift(keys, key, i / 40);
    }
    keys.play(32);
    const auto gate = keys.play(32, "gate");
    THEN("none hangs") {
      float held = 0;
      for (const auto& voice : gate) held += voice.front();
      CHECK(held <= 1);
      lift(keys, 40);
      keys.play(32);
      for (const auto& voice : keys.play(32, "gate")) CHECK(voice.back() == 0);
    }
  }
  GIVEN("six hundred keys that went down, and are all let go in the same moment") {
    Alone keys{"keys", {}, 64};
    for (int i = 0; i < 500; ++i) press(keys, static_cast<float>(i) * 0.25f);
    keys.play(32);
    for (int i = 0; i < 100; ++i) press(keys, static_cast<float>(500 + i) * 0.25f);
    for (int i = 0; i < 600; ++i) lift(keys, static_cast<float>(i) * 0.25f, i / 20);
    keys.play(32);
    THEN("all are silent") {
      for (const auto& voice : keys.play(32, "gate")) CHECK(voice.back() == 0);
    }
  }
}

SCENARIO("thousands of notes are struck ahead of their time") {
  GIVEN("three thousand keys, each to be let go a while later, and a bend before them") {
    Desk desk{SampleRate{48000}};
    desk.add("k", *moduleCalled("keys"), 8);
    desk.add("a", *moduleCalled("vca"));
    desk.add("s", *moduleCalled("sine"));
    desk.connect("k.gate", "a.gain");
    desk.connect("s", "a");
    desk.connect("a", "out", 0.1);
    const NodeId keys = desk.played("k");
    desk.machine().strike(keys, {Kind::bend, 0, 0.1f}, Frame{64});
    for (int i = 0; i < 3000; ++i) {
      const auto key = static_cast<float>(i) * 0.03f;
      desk.machine().strike(keys, {Kind::keyDown, key, 1}, Frame{64});
      desk.machine().strike(keys, {Kind::keyUp, key, 0}, Frame{2000});
    }
    std::vector<float> left(1000), right(1000);
    const auto loudest = [&] {
      desk.machine().render(left.data(), right.data(), 1000, {});
      float most = 0;
      for (std::size_t f = 500; f < 1000; ++f) most = std::max(most, std::abs(left[f]));
      return most;
    };
    THEN("they are heard, and none hangs") {
      CHECK(loudest() > 0.1f);
      loudest();
      CHECK(loudest() < 0.01f);
    }
  }
}
