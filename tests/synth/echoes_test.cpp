#include <catch2/catch.hpp>

#include "tests/support/hearing.hpp"

using namespace antiphon::synth;

namespace {

constexpr int kRate = 48000;

float click(int frame, int) { return frame == 0 ? 1.0f : 0.0f; }

Alone echoes(const char* module = "delay") {
  Alone alone{module};
  alone.set("mix", 1).feed("in", click);
  return alone;
}

/// The tone's own share of what comes out of an effect at a frequency.
double gainAt(Alone& effect, double hertz, int settle = kRate / 4, int frames = kRate / 4) {
  effect.feed("in", [hertz](int frame, int) { return sine(frame, hertz); });
  const Sound sound = effect.one(settle + frames);
  return decibels(toneIn(part(sound, settle, settle + frames), hertz));
}

}  // namespace

SCENARIO("echoes come when they are due") {
  GIVEN("an echo of 10 ms with a feedback of a half") {
    Alone delay = echoes();
    delay.set("time", 0.01).set("feedback", 0.5).set("damping", 0);
    const Sound sound = delay.one(2000);
    THEN("they stand at their frames, each half as loud as the one before, and nothing is between") {
      for (int f = 0; f < 2000; ++f) {
        const bool due = f > 0 && f % 480 == 0;
        const double level = due ? std::pow(0.5, f / 480 - 1) : 0;
        REQUIRE(static_cast<double>(sound[static_cast<std::size_t>(f)]) == Approx(level).margin(1e-7));
      }
    }
  }
  GIVEN("the longest echo, at the highest rate") {
    Alone delay{"delay", SampleRate{192000}};
    delay.set("mix", 1).set("time", 4).feed("in", click);
    const Sound sound = delay.one(4 * 192000 + 10);
    THEN("it comes after four seconds") { CHECK(sound[4 * 192000] == Approx(1).margin(1e-6)); }
  }
  GIVEN("an echo of three quarters of a beat, at 90 beats a minute") {
    Alone delay = echoes();
    delay.set("beats", 0.75).set("feedback", 0).set("damping", 0);
    delay.time().tempo = 90;
    const Sound sound = delay.one(kRate);
    THEN("it comes after half a second") {
      CHECK(sound[kRate / 2] == Approx(1).margin(1e-6));
      CHECK(powerOf(sound) == Approx(1).epsilon(1e-4));
    }
  }
  GIVEN("ping-pong") {
    Alone delay = echoes();
    delay.set("time", 0.01).set("feedback", 0.5).set("damping", 0).set("pingpong", 1);
    const auto lanes = delay.play(2000);
    THEN("the echoes go left, right, left") {
      CHECK(lanes[0][480] == Approx(1));
      CHECK(lanes[1][480] == Approx(0).margin(1e-7));
      CHECK(lanes[0][960] == Approx(0).margin(1e-7));
      CHECK(lanes[1][960] == Approx(0.5));
      CHECK(lanes[0][1440] == Approx(0.25));
    }
  }
  GIVEN("damping") {
    const auto lost = [](double hertz) {
      double gain[2];
      for (int i = 0; i < 2; ++i) {
        Alone delay = echoes();
        delay.set("time", 0.05).set("damping", 0.5).set("feedback", 0.9);
        delay.feed("in", [hertz](int f, int) { return f < 2400 ? sine(f, hertz) : 0.0f; });
        const Sound sound = delay.one(3 * 2400);
        gain[i] = rms(part(sound, (i + 1) * 2400 + 600, (i + 2) * 2400));
      }
      return decibels(gain[1] / gain[0] / 0.9);
    };
    const double low = lost(200), high = lost(8000);
    CAPTURE(low, high);
    THEN("every echo has fewer highs than the one before, and as many lows") {
      CHECK(low > -0.5);
      CHECK(high < -6);
    }
  }
}

SCENARIO("an echo's time is turned while a tone sounds") {
  GIVEN("a tone of 200 Hz, and a time that goes from 0.3 to 0.5 s at once") {
    Alone delay{"delay"};
    delay.set("mix", 1).set("feedback", 0).set("damping", 0);
    delay.feed("in", [](int frame, int) { return sine(frame, 200); });
    delay.feed("time", [](int frame, int) { return frame < kRate ? 0.3f : 0.5f; });
    const Sound sound = delay.one(2 * kRate);
    THEN("it bends and does not click: no step is steeper than the tone played at twice the speed") {
      const double steps = steepest(part(sound, kRate / 2, 2 * kRate));
      CAPTURE(steps);
      CHECK(steps < 2 * 2 * std::numbers::pi * 200 / kRate);
      CHECK(toneIn(part(sound, kRate + 40000, 2 * kRate), 200) == Approx(1).margin(0.01));
    }
  }
  GIVEN("the most feedback and noise for four seconds") {
    Alone delay = echoes();
    delay.set("feedback", 0.98).set("time", 0.013).set("damping", 0);
    delay.feed("in", [](int frame, int lane) { return hiss(frame, lane % 2); });
    delay.feed("time", [](int frame, int) { return frame / 4800 % 2 == 0 ? 0.013f : 0.011f; });
    THEN("it stays below the sum of all echoes") { CHECK(loudest(delay.one(4 * kRate)) < 50); }
  }
}

SCENARIO("what sways does not dull") {
  GIVEN("a chorus and a flanger that stand still between two frames") {
    THEN("a tone of 1 kHz loses less than half a decibel, and one of 10 kHz less than two") {
      for (const double time : {0.0020052, 0.0030104, 0.001}) {
        Alone flanger = echoes("flanger");
        flanger.set("depth", 0).set("feedback", 0).set("time", time);
        const double middle = gainAt(flanger, 1000), high = gainAt(flanger, 10000);
        CAPTURE(time, middle, high);
        CHECK(std::abs(middle) < 0.05);
        CHECK(high > -2);
        CHECK(high < 0.01);
      }
    }
  }
  GIVEN("a tone that one chorus voice after the other passes on") {
    Alone chorus = echoes("chorus");
    chorus.set("depth", 1).set("rate", 1).set("mix", 1);
    chorus.feed("in", [](int frame, int) { return sine(frame, 1000); });
    const Sound sound = chorus.one(2 * kRate);
    const double level = decibels(rms(part(sound, kRate, 2 * kRate)) * std::sqrt(2.0));
    CAPTURE(level);
    THEN("it is about as loud as the tone alone") { CHECK(std::abs(level) < 1.5); }
  }
}

SCENARIO("a chorus, a flanger and a phaser are wide") {
  for (const char* module : {"chorus", "flanger", "phaser"}) {
    GIVEN(std::string{"a mono sound in a "} + module) {
      Alone effect{module};
      effect.set("rate", 1).feed("in", [](int frame, int) { return hiss(frame); });
      const auto lanes = effect.play(kRate);
      const double alike = likeness(lanes[0], lanes[1]), balance = decibels(rms(lanes[0]) / rms(lanes[1]));
      CAPTURE(alike, balance);
      THEN("left and right differ and are equally loud, and the lanes are a room's") {
        CHECK(alike < 0.9);
        CHECK(alike > 0);
        CHECK(std::abs(balance) < 0.5);
        for (std::size_t lane = 2; lane < kLanes; ++lane) CHECK(likeness(lanes[lane], lanes[lane % 2]) > 0.99999);
      }
    }
  }
}

SCENARIO("a flanger is a comb, a phaser has notches") {
  GIVEN("a flanger that stands still at 1 ms, half and half") {
    Alone flanger{"flanger"};
    flanger.set("depth", 0).set("feedback", 0).set("time", 0.001).set("mix", 0.5);
    THEN("500 Hz are gone, and 1 kHz is untouched") {
      CHECK(gainAt(flanger, 500) < -40);
      CHECK(gainAt(flanger, 1000) == Approx(0).margin(0.05));
    }
    WHEN("it feeds back") {
      flanger.set("feedback", 0.9).set("mix", 1);
      THEN("the teeth are as high as the feedback says") {
        CHECK(gainAt(flanger, 1000) == Approx(20).margin(0.3));
        CHECK(gainAt(flanger, 1500) == Approx(decibels(1 / 1.9)).margin(0.3));
      }
    }
  }
  GIVEN("a phaser of four stages that stands still at 1 kHz") {
    Alone phaser{"phaser"};
    phaser.set("depth", 0).set("feedback", 0).set("freq", 1000).set("mix", 0.5);
    // Four phases add up to half a turn where each is an eighth: at tan(pi / 8) of the middle.
    const double bend = std::tan(std::numbers::pi * 1000 / kRate);
    const auto notch = [&](double eighths) {
      return std::atan(bend * std::tan(std::numbers::pi / 8 * eighths)) * kRate / std::numbers::pi;
    };
    THEN("its two notches are where the phases turn half round, and the middle is untouched") {
      CHECK(gainAt(phaser, notch(1)) < -40);
      CHECK(gainAt(phaser, notch(3)) < -40);
      CHECK(gainAt(phaser, 1000) == Approx(0).margin(0.05));
    }
  }
  GIVEN("a phaser alone, all wet, without feedback") {
    Alone phaser = echoes("phaser");
    phaser.set("feedback", 0).set("rate", 0).set("stages", 4);
    const Sound sound = phaser.one(kRate);
    THEN("it turns phases and nothing else") { CHECK(powerOf(sound) == Approx(1).epsilon(1e-3)); }
  }
  GIVEN("the most feedback, swept fast, and loud noise") {
    for (const char* module : {"flanger", "phaser"}) {
      for (const double feedback : {-0.95, 0.95}) {
        Alone effect = echoes(module);
        effect.set("feedback", feedback).set("rate", 20).set("depth", 1);
        effect.feed("in", [](int frame, int lane) { return hiss(frame, lane % 2); });
        const double most = loudest(effect.one(2 * kRate));
        CAPTURE(module, feedback, most);
        THEN(std::string{module} + " stays within bounds " + std::to_string(feedback)) { CHECK(most < 25); }
      }
    }
  }
}

SCENARIO("effects do not hear where blocks end, and forget when calmed") {
  for (const char* module : {"delay", "chorus", "flanger", "phaser"}) {
    const auto make = [module] {
      Alone effect{module};
      effect.feed("in", [](int frame, int lane) { return frame < 2000 ? hiss(frame % 2000, lane % 2) : 0.0f; });
      return effect;
    };
    THEN(std::string{"so it is with "} + module) {
      CHECK(heedsNoBlocks(make, 20000));
      Alone once = make();
      const auto first = once.play(3000);
      once.module().calm();
      once.feed("in",
                [](int frame, int lane) { return frame - 3000 < 2000 ? hiss((frame - 3000) % 2000, lane % 2) : 0.0f; });
      CHECK(once.play(3000) == first);
    }
  }
}

SCENARIO("how fast echoes are", "[.speed]") {
  for (const char* module : {"delay", "chorus", "flanger", "phaser"}) {
    Alone effect{module};
    effect.set("in", 0.1);
    WARN(module << ": " << timesRealTime(effect, 5) << " times real time");
    CHECK(std::isfinite(effect.one(kBlock)[0]));
  }
}
