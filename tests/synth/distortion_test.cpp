#include <catch2/catch.hpp>
#include <iostream>

#include "tests/support/measured.hpp"

using namespace antiphon::synth;

namespace {

enum Bend { kSoft, kHard, kFold, kBits };

Alone bent(Bend curve, double drive, double hertz) {
  Alone distortion{"distortion"};
  distortion.set("curve", curve).set("drive", drive);
  distortion.feed("in", [=](int f, int) { return sineAt(hertz, f); });
  return distortion;
}

/// The loudest thing below 20 kHz that is no overtone, against the fundamental, in dB: for tones whose every product
/// falls onto a multiple of `grid`.
double worstAlias(std::span<const float> sound, double hertz, double grid) {
  double worst = 0;
  for (double at = grid; at < 20000; at += grid) {
    if (std::abs(at - hertz * std::round(at / hertz)) < grid / 2) continue;
    worst = std::max(worst, amplitudeAt(sound, at));
  }
  return decibels(worst / amplitudeAt(sound, hertz));
}

}  // namespace

SCENARIO("a high tone is driven hard, and stays in tune") {
  // All products of 5 kHz, and of the others, come back to a multiple of 250 Hz.
  const double hertz = GENERATE(1250.0, 4750.0, 5000.0);
  GIVEN("a tone at full scale and +24 dB") {
    const auto alias = [&](Bend curve, double drive) {
      const auto sound = bent(curve, drive, hertz).one(14400);
      return worstAlias(std::span{sound}.subspan(4800), hertz, 250);
    };
    const double soft = alias(kSoft, 24), hard = alias(kHard, 24), fold = alias(kFold, 12);
    CAPTURE(hertz, soft, hard, fold);
    THEN("what folds back is below -75 dB for soft, -50 for hard and -110 for a fold at 12 dB") {
      CHECK(soft < -75);
      CHECK(hard < -50);
      CHECK(fold < -110);
    }
  }
}

SCENARIO("the curves bend as they say") {
  GIVEN("a quiet tone and no drive") {
    auto distortion = bent(kSoft, 0, 1000);
    THEN("it passes as it is, up to 20 kHz") {
      for (const double hertz : {50.0, 1000.0, 10000.0, 18000.0}) {
        CAPTURE(hertz);
        Alone clean{"distortion"};
        clean.set("curve", kHard).set("drive", 0).set("mix", 0);
        CHECK(response(clean, hertz) == Approx(0).margin(0.05));
      }
      CHECK(response(distortion, 1000, {}, 2400, 4800, kRate, 0.01f) == Approx(0).margin(0.05));
    }
  }
  GIVEN("any curve, driven") {
    THEN("only odd overtones come, and none is louder than a square wave would be") {
      for (const Bend curve : {kSoft, kHard, kFold, kBits}) {
        CAPTURE(static_cast<int>(curve));
        const auto sound = bent(curve, 18, 500).one(9600);
        const auto late = std::span{sound}.subspan(4800);
        CHECK(loudest(late) < 1.25);
        CHECK(amplitudeAt(late, 1000) < 1e-3);
        CHECK(amplitudeAt(late, 1500) > 0.03);
      }
    }
  }
  GIVEN("three bits") {
    auto crushed = bent(kBits, 0, 100);
    crushed.set("bits", 3);
    const auto sound = crushed.one(4800);
    THEN("a slow tone stands on quarters") {
      int on = 0;
      for (const float x : std::span{sound}.subspan(480)) on += std::abs(4 * x - std::round(4 * x)) < 0.1f;
      CHECK(on > 4320 * 0.8);
    }
  }
  GIVEN("the tone turned down") {
    auto dark = bent(kHard, 24, 200), bright = bent(kHard, 24, 200);
    dark.set("tone", 400);
    const auto a = dark.one(9600), b = bright.one(9600);
    THEN("the overtones are softened by 6 dB an octave") {
      const auto late = [](const auto& sound) { return std::span{sound}.subspan(4800); };
      CHECK(decibels(amplitudeAt(late(a), 400 * 9) / amplitudeAt(late(b), 400 * 9)) < 0);
      CHECK(decibels(amplitudeAt(late(a), 3400) / amplitudeAt(late(b), 3400)) == Approx(-18.6).margin(0.5));
    }
  }
  GIVEN("half a mix") {
    auto mixed = bent(kHard, 24, 300), wet = bent(kHard, 24, 300);
    mixed.set("mix", 0.5);
    const auto a = mixed.one(9600), b = wet.one(9600);
    THEN("it is half of each, in step") {
      const auto late = [](const auto& sound) { return std::span{sound}.subspan(4800); };
      CHECK(amplitudeAt(late(a), 300) == Approx(0.5 + 0.5 * amplitudeAt(late(b), 300)).epsilon(0.01));
      CHECK(amplitudeAt(late(a), 900) == Approx(0.5 * amplitudeAt(late(b), 900)).epsilon(0.01));
    }
  }
  THEN("blocks of any length make the same sound, and nothing makes it say what is no number") {
    for (const Bend curve : {kSoft, kHard, kFold, kBits}) {
      CHECK(sameInAnyBlocks([=] { return bent(curve, 30, 1234); }));
      Alone extreme{"distortion"};
      extreme.set("curve", curve).set("drive", 48);
      extreme.feed("in", [](int f, int) { return f % 3 == 0 ? 1e30f : -1e30f; });
      CHECK(allFinite(extreme.one(500)));
    }
  }
}

SCENARIO("how fast the distortion is", "[.][speed]") {
  for (const Bend curve : {kSoft, kHard, kFold, kBits}) {
    Alone module{"distortion", {}, 8};
    module.set("curve", curve);
    module.feed("in", [](int f, int lane) { return sineAt(110 + lane, f); });
    std::cout << "distortion, curve " << curve << ", 64 voices, times real time: " << timesRealTime(module, 300)
              << '\n';
  }
}
