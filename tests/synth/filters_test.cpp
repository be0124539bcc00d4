#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "tests/support/measured.hpp"

using namespace antiphon::synth;

SCENARIO("the state-variable filter parts low from high") {
  const double hertz = GENERATE(100.0, 1000.0, 9000.0);
  GIVEN("no resonance") {
    Alone svf{"svf"};
    svf.set("cutoff", hertz).set("resonance", 0);
    THEN("at the cutoff low and high are 3 dB down, the notch lets nothing through, and the band all") {
      CAPTURE(hertz);
      CHECK(response(svf, hertz, "low") == Approx(-3).margin(0.1));
      CHECK(response(svf, hertz, "high") == Approx(-3).margin(0.1));
      CHECK(response(svf, hertz, "band") == Approx(0).margin(0.05));
      CHECK(response(svf, hertz, "notch") < -60);
    }
  }
}

SCENARIO("the state-variable filter's slopes") {
  GIVEN("a cutoff of 1 kHz") {
    Alone svf{"svf"};
    svf.set("cutoff", 1000).set("resonance", 0);
    THEN("they are 12 dB an octave, and 6 for the band") {
      CHECK(response(svf, 50, "low") == Approx(0).margin(0.05));
      CHECK(response(svf, 20000, "high") == Approx(0).margin(0.05));
      CHECK(response(svf, 125, "high") - response(svf, 62.5, "high") == Approx(12.04).margin(0.2));
      CHECK(response(svf, 2500, "low") - response(svf, 5000, "low") == Approx(12.04).margin(0.8));
      CHECK(response(svf, 125, "band") - response(svf, 62.5, "band") == Approx(6.02).margin(0.2));
    }
    THEN("low, band and high together are what came in") {
      svf.feed("in", [](int f, int) { return sineAt(777, f) + sineAt(5000, f); });
      Alone other = Alone{"svf"}, third = Alone{"svf"};
      for (Alone* each : {&other, &third}) {
        each->set("cutoff", 1000).set("resonance", 0);
        each->feed("in", [](int f, int) { return sineAt(777, f) + sineAt(5000, f); });
      }
      const auto low = svf.one(2000, "low"), high = other.one(2000, "high"), band = third.one(2000, "band");
      for (int f = 0; f < 2000; ++f) {
        const auto i = static_cast<std::size_t>(f);
        REQUIRE(low[i] + high[i] + band[i] == Approx(sineAt(777, f) + sineAt(5000, f)).margin(1e-5));
      }
    }
  }
  GIVEN("resonance") {
    Alone svf{"svf"};
    svf.set("cutoff", 440).set("resonance", 0.9);
    THEN("the low-pass peaks at the cutoff") {
      CHECK(response(svf, 440) == Approx(decibels(1 / (1.41421356 * 0.1 + 0.0036))).margin(0.1));
    }
  }
}

SCENARIO("the state-variable filter's cutoff is moved by a tone") {
  GIVEN("any knobs, moved as fast as can be") {
    REQUIRE(rc::check("it stays within what its resonance can hold, and comes to rest", [] {
      const auto step = *rc::gen::inRange(1, 64);
      const double rate = *rc::gen::element(44100.0, 48000.0, 192000.0);
      const double resonance = *rc::gen::element(0.0, 0.5, 1.0);
      Alone svf{"svf", {rate}, 3};
      svf.set("resonance", resonance);
      svf.feed("in", [](int f, int lane) { return f < 1000 ? sineAt(300 + 100 * lane, f) : 0.0f; });
      svf.feed("cutoff", [=](int f, int lane) { return (f * 7 + lane) / step % 2 == 0 ? 20.0f : 20000.0f; });
      for (const auto& lane : svf.play(3000)) RC_ASSERT(allFinite(lane) && loudest(lane) < 300);
    }));
  }
  THEN("blocks of any length make the same sound") {
    CHECK(sameInAnyBlocks([] {
      Alone svf{"svf", {}, 3};
      svf.feed("in", [](int f, int lane) { return sineAt(110 + lane, f); });
      svf.feed("cutoff", [](int f, int) { return 2000 + 1900 * sineAt(500, f); });
      return svf;
    }));
  }
}

SCENARIO("the equaliser does what its knobs say") {
  const double decibel = GENERATE(-18.0, -6.0, 3.0, 12.0);
  CAPTURE(decibel);
  GIVEN("all knobs as they come") {
    Alone eq{"eq"};
    THEN("nothing is changed") { CHECK(response(eq, 1000) == Approx(0).margin(0.001)); }
  }
  for (const double hertz : {80.0, 1000.0, 10000.0}) {
    CAPTURE(hertz);
    for (const std::string_view peak : {"peak1", "peak2"}) {
      Alone eq{"eq"};
      eq.set(std::string{peak} + "_freq", hertz).set(std::string{peak} + "_gain", decibel);
      eq.set(std::string{peak} + "_q", 2);
      CHECK(response(eq, hertz) == Approx(decibel).margin(0.1));
      CHECK(response(eq, hertz < 500 ? 8 * hertz : hertz / 8) == Approx(0).margin(0.5));
    }
  }
  GIVEN("shelves") {
    Alone eq{"eq"};
    eq.set("low_freq", 1000).set("low_gain", decibel);
    THEN("low: all of it far below, half of it at its frequency, nothing far above") {
      CHECK(response(eq, 30) == Approx(decibel).margin(0.1));
      CHECK(response(eq, 1000) == Approx(decibel / 2).margin(0.1));
      CHECK(response(eq, 18000) == Approx(0).margin(0.1));
    }
    eq.set("low_gain", 0).set("high_freq", 2000).set("high_gain", decibel);
    THEN("high: likewise") {
      CHECK(response(eq, 22000) == Approx(decibel).margin(0.1));
      CHECK(response(eq, 2000) == Approx(decibel / 2).margin(0.1));
      CHECK(response(eq, 60) == Approx(0).margin(0.1));
    }
  }
}

SCENARIO("the equaliser's bands stand in a row") {
  GIVEN("two peaks at the same place") {
    Alone eq{"eq"};
    eq.set("peak1_freq", 500).set("peak1_gain", 5).set("peak2_freq", 500).set("peak2_gain", -9);
    THEN("their decibels add up") { CHECK(response(eq, 500) == Approx(-4).margin(0.1)); }
  }
  THEN("blocks of any length make the same sound, also while a knob is moved") {
    CHECK(sameInAnyBlocks([] {
      Alone eq{"eq", {}, 2};
      eq.set("low_gain", 6).set("high_gain", -6).set("peak1_gain", 10);
      eq.feed("in", [](int f, int lane) { return sineAt(110 + lane, f); });
      eq.feed("peak2_gain", [](int f, int) { return 20 * sineAt(30, f); });
      return eq;
    }));
  }
}

SCENARIO("what stands still is taken away") {
  GIVEN("a tone that swings about a half") {
    Alone dcblock{"dcblock"};
    dcblock.feed("in", [](int f, int) { return 0.5f + 0.25f * sineAt(50, f); });
    const auto sound = dcblock.one(48000);
    THEN("it swings about nothing, as far as before") {
      const auto late = std::span{sound}.subspan(24000);
      double sum = 0;
      for (const float x : late) sum += static_cast<double>(x);
      CHECK(std::abs(sum / 24000) < 1e-3);
      CHECK(amplitudeAt(late, 50) == Approx(0.25).epsilon(0.02));
    }
  }
}

SCENARIO("how fast the filters are", "[.][speed]") {
  for (const std::string_view name : {"svf", "eq", "dcblock"}) {
    Alone module{name, {}, 8};
    module.feed("in", [](int f, int lane) { return sineAt(110 + lane, f); });
    std::cout << name << ", 64 voices, times real time: " << timesRealTime(module) << '\n';
  }
}
