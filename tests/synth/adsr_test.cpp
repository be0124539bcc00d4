#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/alone.hpp"

using namespace antiphon::synth;

SCENARIO("an envelope follows a key") {
  GIVEN("an attack of 10 ms, a decay of 100 ms to a half, a release of 50 ms") {
    Alone adsr{"adsr"};
    adsr.set("attack", 0.01).set("decay", 0.1).set("sustain", 0.5).set("release", 0.05);
    adsr.feed("gate", [](int frame, int) { return frame >= 100 && frame < 20000 ? 1.0f : 0.0f; });
    const auto level = adsr.one(30000);
    THEN("it is silent before, at the top after the attack, at the level while held, and silent after the release") {
      CHECK(level[99] == 0.0f);
      CHECK(level[100] > 0.0f);
      CHECK(*std::max_element(level.begin(), level.end()) == 1.0f);
      CHECK(std::max_element(level.begin(), level.end()) - level.begin() == Approx(100 + 480).margin(2));
      CHECK(level[19000] == Approx(0.5f).margin(1e-3));
      CHECK(level[20000 + 2400] < 1e-3f);
      CHECK(level[29999] == 0.0f);
    }
  }
}
