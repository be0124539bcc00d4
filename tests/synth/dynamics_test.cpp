#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/support/measured.hpp"

using namespace antiphon::synth;

namespace {

float gain(double decibel) { return static_cast<float>(std::pow(10, decibel / 20)); }

/// How loud a tone of that level comes out, in dB.
double through(Alone& module, double level) {
  module.module().calm();
  module.feed("in", [=](int f, int) { return gain(level) * sineAt(1000, f); });
  const auto sound = module.one(24000);
  return decibels(amplitudeAt(std::span{sound}.subspan(19200), 1000));
}

}  // namespace

SCENARIO("a compressor holds back what is loud") {
  GIVEN("a threshold of -20 dB and a ratio of 4, without a knee") {
    Alone compressor{"compressor"};
    compressor.set("threshold", -20).set("ratio", 4).set("knee", 0).set("release", 0.3);
    THEN("what is below passes, and above it 4 dB become one") {
      CHECK(through(compressor, -30) == Approx(-30).margin(0.05));
      CHECK(through(compressor, -20) == Approx(-20).margin(0.1));
      CHECK(through(compressor, -12) == Approx(-18).margin(0.2));
      CHECK(through(compressor, 0) == Approx(-15).margin(0.2));
    }
    WHEN("the knee is 12 dB wide") {
      compressor.set("knee", 12);
      THEN("at the threshold it has begun, and beyond the knee it is as without") {
        CHECK(through(compressor, -20) == Approx(-20 - 0.75 * 36 / 24).margin(0.1));
        CHECK(through(compressor, -27) == Approx(-27).margin(0.05));
        CHECK(through(compressor, -8) == Approx(-17).margin(0.2));
      }
    }
    WHEN("there is makeup") {
      compressor.set("makeup", 6);
      THEN("all is louder") { CHECK(through(compressor, -30) == Approx(-24).margin(0.05)); }
    }
  }
  GIVEN("a tone that comes loud and goes quiet") {
    Alone compressor{"compressor"};
    compressor.set("threshold", -20).set("ratio", 100).set("knee", 0).set("attack", 0.02).set("release", 0.2);
    compressor.feed("in", [](int f, int) { return f < 24000 ? 1.0f : 0.001f; });
    const auto less = compressor.one(48000, "reduction");
    THEN("it takes hold and lets go in its time") {
      CHECK(less[23999] == Approx(19.8).margin(0.1));
      CHECK(less[959] == Approx(19.8 * 0.632).margin(0.1));
      // Letting go, it is a little later by the attack: (0.2 exp(-t / 0.2) - 0.02 exp(-t / 0.02)) / 0.18.
      CHECK(less[24000 + 9600] == Approx(19.8 * 0.4087).margin(0.1));
      CHECK(less[47999] == Approx(19.8 * 0.0912).margin(0.1));
    }
  }
  GIVEN("left loud and right quiet") {
    Alone compressor{"compressor"};
    compressor.feed("in", [](int f, int lane) { return (lane % 2 == 0 ? 1.0f : 0.1f) * sineAt(1000, f); });
    const auto sound = compressor.play(9600);
    THEN("both are held back alike") {
      const auto late = [&](std::size_t lane) { return std::span{sound[lane]}.subspan(4800); };
      CHECK(amplitudeAt(late(1), 1000) == Approx(0.1 * amplitudeAt(late(0), 1000)).epsilon(1e-3));
      CHECK(amplitudeAt(late(0), 1000) < 0.5);
    }
  }
  GIVEN("something in its side chain") {
    Alone compressor{"compressor"};
    compressor.feed("in", [](int f, int) { return 0.01f * sineAt(1000, f); });
    compressor.feed("sidechain", [](int, int) { return 1.0f; });
    const auto sound = compressor.one(9600);
    THEN("the sound goes down though it is quiet itself") {
      CHECK(amplitudeAt(std::span{sound}.subspan(4800), 1000) == Approx(0.01 * gain(-13.5)).epsilon(0.01));
    }
  }
  THEN("blocks of any length make the same sound") {
    CHECK(sameInAnyBlocks([] {
      Alone compressor{"compressor"};
      compressor.feed("in", [](int f, int) { return sineAt(110, f) * sineAt(3, f); });
      return compressor;
    }));
  }
}

SCENARIO("nothing passes the limiter's ceiling") {
  GIVEN("any sound and any knobs") {
    REQUIRE(rc::check("no sample is above the ceiling", [] {
      const double rate = *rc::gen::element(44100.0, 48000.0, 96000.0, 192000.0);
      const double ceiling = *rc::gen::element(-24.0, -6.0, -0.3, 0.0), boost = *rc::gen::element(0.0, 36.0);
      const auto peaks = *rc::gen::container<std::vector<int>>(40, rc::gen::inRange(-100, 100));
      const float loud = *rc::gen::element(0.01f, 0.3f, 1e4f, 1e35f);
      const int stretch = *rc::gen::inRange(1, 40);
      Alone limiter{"limiter", {rate}};
      limiter.set("ceiling", ceiling).set("gain", boost).set("release", 0.005);
      limiter.feed("in", [&](int f, int lane) {
        return loud * static_cast<float>(peaks[static_cast<std::size_t>(f / stretch + lane % 2) % peaks.size()]);
      });
      for (const auto& lane : limiter.play(2000)) {
        RC_ASSERT(allFinite(lane));
        RC_ASSERT(loudest(lane) <= static_cast<double>(gain(ceiling)) * 1.000001);
      }
    }));
  }
}

SCENARIO("the limiter is not heard") {
  GIVEN("a sound that stays below") {
    Alone limiter{"limiter"};
    limiter.feed("in", [](int f, int) { return 0.9f * sineAt(440, f); });
    const auto sound = limiter.one(4800);
    THEN("it passes as it is, 1.5 ms late") {
      for (int f = 72; f < 4800; ++f)
        REQUIRE(sound[static_cast<std::size_t>(f)] == Approx(0.9f * sineAt(440, f - 72)).margin(1e-6));
    }
  }
  GIVEN("a tone 12 dB above the ceiling") {
    Alone limiter{"limiter"};
    limiter.set("gain", 12).set("ceiling", 0).set("release", 0.2);
    limiter.feed("in", [](int f, int) { return sineAt(1000, f); });
    const auto sound = limiter.one(24000);
    const auto late = std::span{sound}.subspan(9600);
    const double overtones = std::hypot(amplitudeAt(late, 2000), amplitudeAt(late, 3000), amplitudeAt(late, 5000));
    THEN("it comes out at the ceiling, and is not bent") {
      CAPTURE(decibels(overtones));
      CHECK(decibels(amplitudeAt(late, 1000)) == Approx(0).margin(0.3));
      CHECK(decibels(overtones) < -50);
    }
  }
  GIVEN("a sudden loud tone") {
    Alone limiter{"limiter"};
    limiter.set("ceiling", -6);
    limiter.feed("in", [](int f, int) { return f < 2400 ? 0.0f : 2 * sineAt(200, f - 2400 + 60); });
    const auto sound = limiter.one(4800);
    THEN("it has been turned down before it comes: its first peak is not cut off") {
      int flat = 0;
      for (std::size_t f = 1; f < sound.size(); ++f) flat += sound[f] != 0 && sound[f] == sound[f - 1];
      CHECK(flat < 4);
    }
  }
  GIVEN("one ear loud") {
    Alone limiter{"limiter"};
    limiter.feed("in", [](int, int lane) { return lane % 2 == 0 ? 4.0f : 0.4f; });
    const auto sound = limiter.play(2400);
    THEN("the other goes down with it") {
      CHECK(sound[1][2399] == Approx(0.1f * sound[0][2399]).epsilon(1e-3));
      CHECK(sound[0][2399] == Approx(gain(-0.3)).epsilon(1e-3));
    }
  }
  THEN("blocks of any length make the same sound") {
    CHECK(sameInAnyBlocks([] {
      Alone limiter{"limiter"};
      limiter.feed("in", [](int f, int lane) { return 3 * sineAt(110 + lane, f) * sineAt(7, f); });
      return limiter;
    }));
  }
}

SCENARIO("a follower says how loud a sound is") {
  GIVEN("a tone at 0.6 that stops") {
    Alone follow{"follow"};
    follow.set("attack", 0.01).set("release", 0.1);
    follow.feed("in", [](int f, int) { return f < 24000 ? 0.6f * sineAt(500, f) : 0.0f; });
    const auto level = follow.one(48000);
    THEN("it rises to that, calmly, and falls in its time") {
      CHECK(level[480] == Approx(0.6 * 0.632).margin(0.02));
      for (std::size_t f = 12000; f < 24000; ++f) REQUIRE(level[f] == Approx(0.6).margin(0.01));
      CHECK(level[24000 + 4800] == Approx(0.6 * 0.40).margin(0.02));
      CHECK(level[47999] < 0.01f);
    }
  }
}

SCENARIO("how fast dynamics are", "[.][speed]") {
  for (const std::string_view name : {"compressor", "limiter", "follow"}) {
    Alone module{name, {}, name == "follow" ? 8 : 1};
    module.feed("in", [](int f, int lane) { return sineAt(110 + lane, f); });
    std::cout << name << (name == "follow" ? ", 64 voices" : ", in the room")
              << ", times real time: " << timesRealTime(module) << '\n';
  }
}
