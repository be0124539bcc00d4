#include <catch2/catch.hpp>

#include "tests/support/hearing.hpp"

using namespace antiphon::synth;

SCENARIO("sounds are mixed") {
  GIVEN("four sounds at four levels") {
    Alone mix{"mix", {}, 2};
    mix.set("in2", 2).set("in3", 3).set("in4", 4).set("level1", 0.1).set("level2", 10.0 / 3).set("level4", -0.5);
    mix.feed("in1", [](int, int lane) { return static_cast<float>(lane); });
    const auto lanes = mix.play(40);
    THEN("every voice hears its own sum") {
      for (std::size_t lane = 0; lane < 16; ++lane)
        CHECK(lanes[lane][39] == Approx(0.1 * static_cast<double>(lane) + 20.0 / 3 + 3 - 2));
    }
  }
  GIVEN("a gain of -6.02 dB") {
    Alone gain{"gain"};
    gain.set("in", 1).set("level", -6.0206);
    THEN("it halves") { CHECK(gain.one(1)[0] == Approx(0.5).epsilon(1e-5)); }
  }
}

SCENARIO("voices are put in their places") {
  GIVEN("sixteen voices of which one sounds") {
    for (const int sounding : {0, 3, 12}) {
      for (const float place : {-1.0f, -0.5f, 0.0f, 0.3f, 1.0f}) {
        Alone pan{"pan", {}, 2};
        pan.voices();
        pan.feed("in", [sounding](int, int lane) { return lane == sounding ? 0.8f : 0.0f; });
        pan.feed("position", [sounding, place](int, int lane) { return lane == sounding ? place : -0.77f; });
        // The room has one group; what it hears has two.
        const auto lanes = pan.play(4);
        const double left = static_cast<double>(lanes[0][3]), right = static_cast<double>(lanes[1][3]);
        CAPTURE(sounding, place, left, right);
        THEN("it stands there, always equally loud: voice " + std::to_string(sounding) + " at " +
             std::to_string(place)) {
          CHECK(std::hypot(left, right) == Approx(0.8).epsilon(1e-5));
          CHECK(std::atan2(right, left) ==
                Approx((static_cast<double>(place) + 1) * std::numbers::pi / 4).margin(1e-5));
          for (std::size_t lane = 2; lane < kLanes; ++lane) CHECK(lanes[lane][3] == lanes[lane % 2][3]);
        }
      }
    }
  }
  GIVEN("something stereo") {
    Alone pan{"pan"};
    pan.feed("in", [](int, int lane) { return lane % 2 == 0 ? 1.0f : 0.5f; });
    THEN("its sides are turned up and down") {
      CHECK(pan.set("position", -1).play(1)[0][0] == Approx(1));
      CHECK(pan.play(1)[1][0] == Approx(0).margin(1e-6));
      CHECK(pan.set("position", 0).play(1)[1][0] == Approx(0.5 * std::sqrt(0.5)));
    }
  }
}

SCENARIO("a sound is made narrower and wider") {
  Alone width{"width"};
  width.feed("in", [](int, int lane) { return lane % 2 == 0 ? 1.0f : 0.5f; });
  const auto at = [&](double wide, std::size_t lane) { return width.set("width", wide).play(1)[lane][0]; };
  GIVEN("no width") {
    THEN("both sides are the same") { CHECK((at(0, 0) == 0.75f && at(0, 1) == 0.75f)); }
  }
  GIVEN("a width of 1") {
    THEN("nothing changes") { CHECK((at(1, 0) == 1.0f && at(1, 1) == 0.5f)); }
  }
  GIVEN("a width of 2") {
    THEN("what they share is gone") { CHECK((at(2, 0) == 0.25f && at(2, 1) == -0.25f)); }
  }
  GIVEN("its other outlets") {
    THEN("they are the middle and the side") {
      CHECK(width.play(1, "middle")[1][0] == 0.75f);
      CHECK(width.play(1, "side")[0][0] == 0.25f);
      CHECK(width.play(1, "side")[1][0] == 0.25f);
    }
  }
}

SCENARIO("a meter says how loud it is") {
  GIVEN("a sine of a half that ends after a second") {
    const auto hear = [](const char* outlet) {
      Alone meter{"meter"};
      meter.feed("in", [](int frame, int) { return frame < 48000 ? 0.5f * sine(frame, 1000) : 0.0f; });
      return meter.one(2 * 48000, outlet);
    };
    const Sound peak = hear("peak"), mean = hear("rms"), through = hear("out");
    THEN("its peak is a half, its mean 3 dB less, and later it is forgotten") {
      CHECK(peak[47000] == Approx(0.5).epsilon(0.005));
      CHECK(mean[47000] == Approx(0.5 * std::sqrt(0.5)).epsilon(0.03));
      CHECK(peak[48000 + 14400] == Approx(0.5 / std::numbers::e).epsilon(0.02));
      CHECK(mean[95000] < 0.1f);
      CHECK(through[12345] == 0.5f * sine(12345, 1000));
    }
  }
}
