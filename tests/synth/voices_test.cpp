#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "synth/desk.hpp"
#include "synth/rack.hpp"

using namespace antiphon::synth;

SCENARIO("every voice of an instrument is heard, in both ears") {
  for (const int voices : {1, 2, 8, 9, 32}) {
    GIVEN("an instrument of " + std::to_string(voices) + " voices, all of whose keys go down at once") {
      Desk desk{SampleRate{48000}};
      desk.add("k", *moduleCalled("keys"), voices);
      desk.add("a", *moduleCalled("vca"));
      desk.connect("k.gate", "a");
      desk.connect("k.gate", "a.gain");
      desk.connect("a", "out", 0.01);
      for (int key = 0; key < voices; ++key)
        desk.machine().play(desk.played("k"), {Gesture::Kind::keyDown, static_cast<float>(40 + key), 1}, Frame{});
      std::vector<float> left(64), right(64);
      desk.machine().render(left.data(), right.data(), 64, {});
      THEN("both ears hear as much of it as there are voices") {
        CHECK(left[40] == Approx(0.01 * voices).epsilon(0.04));  // the loudspeaker is kept from standing still
        CHECK(right[40] == left[40]);
      }
    }
  }
}
