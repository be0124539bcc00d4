#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "synth/desk.hpp"
#include "synth/rack.hpp"

using namespace antiphon;
using namespace antiphon::synth;

namespace {

std::vector<float> listen(Desk& desk, int frames) {
  std::vector<float> left(static_cast<std::size_t>(frames)), right(left.size());
  desk.machine().render(left.data(), right.data(), frames, {});
  return left;
}

float loudest(const std::vector<float>& sound) {
  float most = 0;
  for (const float x : sound) most = std::max(most, std::abs(x));
  return most;
}

}  // namespace

SCENARIO("a tone is patched to the loudspeaker, and is heard") {
  GIVEN("a patch with nothing but out") {
    Desk desk{SampleRate{48000}};
    THEN("silence is silence") { CHECK(loudest(listen(desk, 4800)) == 0.0f); }
    WHEN("a sine is patched to it") {
      desk.add("v", *moduleCalled("sine"));
      desk.connect("v", "out");
      THEN("it sounds") { CHECK(loudest(listen(desk, 4800)) > 0.9f); }
    }
  }
}

SCENARIO("a key is struck in the middle of a block") {
  GIVEN("keys, a sine and an envelope") {
    Desk desk{SampleRate{48000}};
    desk.add("k", *moduleCalled("keys"));
    desk.add("v", *moduleCalled("sine"));
    desk.add("e", *moduleCalled("adsr"));
    desk.add("a", *moduleCalled("vca"));
    desk.connect("k.pitch", "v.pitch");
    desk.connect("k.gate", "e.gate");
    desk.connect("v", "a");
    desk.connect("e", "a.gain");
    desk.connect("a", "out");
    WHEN("the key goes down at frame 1000") {
      desk.machine().play(desk.played("k"), {Gesture::Kind::keyDown, 69, 1}, Frame{1000});
      const auto sound = listen(desk, 4800);
      THEN("the frames before are silent and those after are not") {
        CHECK(loudest({sound.begin(), sound.begin() + 1000}) == 0.0f);
        CHECK(loudest({sound.begin() + 1000, sound.begin() + 1010}) > 0.0f);
      }
    }
  }
}
