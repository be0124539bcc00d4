#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/support/measured.hpp"

using namespace antiphon::synth;

namespace {

/// Where a filter that was struck rings, by the turns it makes.
double ringing(std::span<const float> sound) {
  // The phase against a guess, at two places, says how far off the guess is; so the guess closes in.
  double crossings = 0, first = -1, last = -1;
  for (std::size_t i = 1; i < sound.size(); ++i) {
    const double a = static_cast<double>(sound[i - 1]), b = static_cast<double>(sound[i]);
    if (a > 0 || b <= 0) continue;
    last = static_cast<double>(i) - b / (b - a);
    if (first < 0) first = last;
    else ++crossings;
  }
  return crossings / (last - first) * kRate;
}

Alone struck(double cutoff, double resonance, double drive = 0) {
  Alone ladder{"ladder"};
  ladder.set("cutoff", cutoff).set("resonance", resonance).set("drive", drive);
  ladder.feed("in", [](int frame, int) { return frame == 0 ? 1.0f : 0.0f; });
  return ladder;
}

}  // namespace

SCENARIO("the ladder takes away what is above its cutoff") {
  GIVEN("a cutoff of 1 kHz and no resonance") {
    Alone ladder{"ladder"};
    ladder.set("cutoff", 1000).set("resonance", 0);
    THEN("what is below passes, the cutoff is 12 dB down, and every octave far above 24 dB more") {
      CHECK(response(ladder, 30) == Approx(0).margin(0.05));
      CHECK(response(ladder, 1000) == Approx(-12.04).margin(0.05));
      const double slope = response(ladder, 4000) - response(ladder, 8000);
      CAPTURE(slope);
      CHECK(slope > 23);
      CHECK(slope < 29);  // the rate's half, where nothing is left at all, is near
    }
  }
}

SCENARIO("the ladder rings at its cutoff") {
  const double hertz = GENERATE(55.0, 440.0, 3000.0, 8000.0, 12000.0);
  GIVEN("a resonance of 1, struck") {
    auto ladder = struck(hertz, 1);
    const auto sound = ladder.one(48000);
    const auto late = std::span{sound}.subspan(24000);
    THEN("it goes on ringing, in tune") {
      CAPTURE(hertz, ringing(late), decibels(loudest(late) / loudest(std::span{sound}.subspan(2400, 2400))));
      CHECK(std::abs(cents(ringing(late), hertz)) < 2);
      CHECK(decibels(loudest(late) / loudest(std::span{sound}.subspan(2400, 2400))) == Approx(0).margin(0.2));
    }
  }
  GIVEN("a resonance of 0.97, struck") {
    auto ladder = struck(hertz, 0.97);
    const auto sound = ladder.one(48000);
    THEN("it dies away") {
      CHECK(loudest(std::span{sound}.subspan(43200)) < 0.1 * loudest(std::span{sound}.first(24000)));
    }
  }
  GIVEN("a resonance of 0.99") {
    Alone ladder{"ladder"};
    ladder.set("cutoff", hertz).set("resonance", 0.99);
    THEN("the loudest pitch is the cutoff, within a few cents") {
      // One over the power is a parabola about the peak.
      const auto at = [&](double ratio) {
        return std::pow(10, -response(ladder, hertz * ratio, {}, 24000, 48000, kRate, 0.01f) / 10);
      };
      const double here = at(1), below = at(1 / 1.003), above = at(1.003);
      const double peak = 5.186 * 0.5 * (below - above) / (below + above - 2 * here);
      CAPTURE(hertz, here, peak);
      CHECK(std::abs(peak) < 6);  // on paper it is 4.4 cents below
      CHECK(here < 0.001);
    }
  }
}

SCENARIO("the ladder is driven") {
  GIVEN("a little drive, resonance at its end, and a click") {
    const double hertz = GENERATE(110.0, 1000.0, 6000.0);
    auto ladder = struck(hertz, 1, 0.5);
    const auto sound = ladder.one(72000);
    THEN("it sings by itself, at a level of its own, in tune") {
      const auto late = std::span{sound}.subspan(48000), later = std::span{sound}.subspan(60000);
      CAPTURE(hertz, loudest(late), ringing(late));
      CHECK(loudest(late) > 0.1);
      CHECK(loudest(late) == Approx(loudest(later)).epsilon(0.02));
      CHECK(std::abs(cents(ringing(late), hertz)) < 10);
    }
  }
  GIVEN("hardly any drive") {
    Alone clean{"ladder"}, driven{"ladder"};
    for (Alone* ladder : {&clean, &driven}) {
      ladder->set("cutoff", 800).set("resonance", 0.5);
      ladder->feed("in", [](int frame, int) { return sineAt(300, frame); });
    }
    driven.set("drive", 0.02);
    const auto a = clean.one(4800), b = driven.one(4800);
    THEN("it sounds as without") {
      for (std::size_t i = 0; i < a.size(); ++i) REQUIRE(std::abs(a[i] - b[i]) < 2e-3f);
    }
  }
  GIVEN("a drive of 4 and a loud tone") {
    Alone ladder{"ladder"};
    ladder.set("cutoff", 10000).set("resonance", 0).set("drive", 4);
    ladder.feed("in", [](int frame, int) { return sineAt(200, frame); });
    const auto sound = ladder.one(14400);
    const auto late = std::span{sound}.subspan(4800);
    THEN("odd overtones come, and it is as loud as it was") {
      CHECK(amplitudeAt(late, 600) > 0.2 * amplitudeAt(late, 200));
      CHECK(amplitudeAt(late, 400) < 0.001);
      CHECK(loudest(late) == Approx(1).margin(0.1));
    }
  }
}

SCENARIO("the ladder's cutoff is played") {
  GIVEN("an octave on the pitch inlet") {
    Alone up{"ladder"}, set{"ladder"};
    up.set("cutoff", 500).set("pitch", 12);
    set.set("cutoff", 1000);
    THEN("it is the same as twice the cutoff") {
      CHECK(response(up, 1500) == Approx(response(set, 1500)).margin(0.001));
    }
  }
  GIVEN("a cutoff that comes by a cable but stands still") {
    Alone patched{"ladder"}, set{"ladder"};
    patched.set("resonance", 0.7).feed("cutoff", [](int, int) { return 700.0f; });
    set.set("resonance", 0.7).set("cutoff", 700);
    THEN("it is the same filter") { CHECK(response(patched, 650) == Approx(response(set, 650)).margin(0.001)); }
  }
}

SCENARIO("the ladder never runs away") {
  GIVEN("any knobs, moved as fast as can be, and any sound") {
    REQUIRE(rc::check("it stays finite, and within what its poles can hold", [] {
      const auto seed = *rc::gen::arbitrary<unsigned>();
      const double rate = *rc::gen::element(44100.0, 48000.0, 96000.0, 192000.0);
      const float loud = *rc::gen::element(1.0f, 100.0f, 1e20f);
      const bool driven = *rc::gen::arbitrary<bool>();
      const auto chance = [seed](int frame, int lane, unsigned which) {
        unsigned x = seed + static_cast<unsigned>(frame) * 2654435761u + static_cast<unsigned>(lane) * 40503u + which;
        x = (x ^ (x >> 15)) * 2246822519u;
        x = (x ^ (x >> 13)) * 3266489917u;
        return static_cast<float>((x ^ (x >> 16)) >> 8) / 16777216.0f;
      };
      Alone ladder{"ladder", {rate}, 3};
      ladder.feed("in", [=](int f, int lane) { return loud * (2 * chance(f, lane, 1) - 1); });
      ladder.feed("cutoff", [=](int f, int lane) { return 20 * std::pow(1000.0f, std::round(chance(f, lane, 2))); });
      ladder.feed("resonance", [=](int f, int lane) { return std::min(1.0f, 1.2f * chance(f, lane, 3)); });
      if (driven) ladder.feed("drive", [=](int f, int lane) { return 10 * chance(f, lane, 4); });
      for (const auto& lane : ladder.play(1000)) RC_ASSERT(allFinite(lane) && loudest(lane) < 2000);
    }));
  }
  GIVEN("56 voices, worked out four groups, two and one at a time") {
    Alone ladder{"ladder", {}, 7};
    ladder.set("resonance", 0.9).feed("in", [](int f, int) { return sineAt(110, f); });
    const auto sound = ladder.play(2000);
    THEN("they sound alike") {
      for (const auto& lane : sound) {
        float apart = 0;
        for (std::size_t f = 0; f < lane.size(); ++f) apart = std::max(apart, std::abs(lane[f] - sound[0][f]));
        CHECK(apart < 1e-5f);
      }
    }
  }
  THEN("blocks of any length make the same sound") {
    for (const bool moving : {false, true}) {
      for (const double drive : {0.0, 1.0}) {
        CHECK(sameInAnyBlocks([=] {
          Alone ladder{"ladder", {}, 7};
          ladder.set("resonance", 0.8).set("drive", drive);
          ladder.feed("in", [](int f, int lane) { return sineAt(110 + lane, f); });
          if (moving) ladder.feed("cutoff", [](int f, int) { return 1000 + 900 * sineAt(7, f); });
          return ladder;
        }));
      }
    }
  }
}

SCENARIO("how fast the ladder is", "[.][speed]") {
  const auto ladder = [](double drive, int moving) {
    auto module = std::make_unique<Alone>("ladder", SampleRate{}, 8);
    module->set("cutoff", 1200).set("resonance", 0.6).set("drive", drive);
    module->feed("in", [](int f, int lane) { return sineAt(110 + lane, f); });
    if (moving > 0) module->feed("cutoff", [=](int f, int) { return moving == 1 ? 500 : 500 + static_cast<float>(f); });
    return module;
  };
  std::cout << "ladder, 64 voices, times real time: steady " << timesRealTime(*ladder(0, 0)) << ", driven "
            << timesRealTime(*ladder(1, 0)) << ", cutoff patched but still " << timesRealTime(*ladder(0, 1))
            << ", moving " << timesRealTime(*ladder(0, 2)) << ", moving and driven " << timesRealTime(*ladder(1, 2))
            << '\n';
}
