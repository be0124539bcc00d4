#include <catch2/catch.hpp>
#include <string>

#include "tests/support/hearing.hpp"

using namespace antiphon::synth;

namespace {

constexpr int kRate = 48000;
constexpr const char* kDrums[] = {"kick", "snare", "hihat", "tom", "clap", "cowbell"};

Alone struck(const std::string& drum, std::vector<int> when, float force = 1) {
  Alone alone{drum};
  alone.feed("trigger", [when = std::move(when), force](int frame, int) {
    return std::ranges::any_of(when, [&](int at) { return frame >= at && frame < at + 20; }) ? force : 0.0f;
  });
  return alone;
}

/// How often it rises through zero in a second.
double pitchOf(std::span<const float> sound) {
  int first = -1, last = -1, times = 0;
  for (std::size_t i = 1; i < sound.size(); ++i) {
    if (sound[i - 1] > 0 || sound[i] <= 0) continue;
    if (first < 0) first = static_cast<int>(i);
    else ++times;
    last = static_cast<int>(i);
  }
  return times * static_cast<double>(kRate) / (last - first);
}

}  // namespace

SCENARIO("drums are silent, are struck, ring, and are silent again") {
  for (const std::string drum : kDrums) {
    GIVEN("a " + drum + " that is struck at frame 1001") {
      Alone alone = struck(drum, {1001});
      alone.set("decay", 0.2);
      const auto lanes = alone.play(kRate);
      const Sound& sound = lanes[0];
      const double peak = loudest(sound);
      CAPTURE(peak);
      THEN("it sounds from there on, loud and not too loud, alike in both ears, and ends in nothing at all") {
        CHECK(loudest(part(sound, 0, 1001)) == 0);
        CHECK(loudest(part(sound, 1001, 1100)) > 0.02);
        CHECK(peak > 0.3);
        CHECK(peak < 1.5);
        CHECK(lanes[1] == sound);
        CHECK(loudest(part(sound, kRate - 100, kRate)) == 0);
      }
      THEN("half as hard is half as loud") {
        Alone soft = struck(drum, {1001}, 0.5f);
        soft.set("decay", 0.2);
        const Sound quiet = soft.one(kRate);
        CHECK(rms(quiet) == Approx(rms(sound) / 2).epsilon(1e-4));
      }
    }
  }
}

SCENARIO("drums ring for as long as was asked for") {
  for (const std::string drum : kDrums) {
    for (const double decay : {0.3, 1.2}) {
      GIVEN("a " + drum + " that decays in " + std::to_string(decay) + " s") {
        Alone alone = struck(drum, {0});
        alone.set("decay", decay);
        if (drum == "kick") alone.set("drive", 0).set("click", 0).set("freq", 200);
        if (drum == "snare") alone.set("snap", 1);
        if (drum == "cowbell") alone.set("freq", 800);
        const auto frames = [&](double share) { return static_cast<int>(share * decay * kRate); };
        const Sound sound = alone.one(frames(1));
        const double early = rms(part(sound, frames(0.25), frames(0.35))),
                     late = rms(part(sound, frames(0.65), frames(0.75)));
        const double lost = decibels(early / late);
        CAPTURE(lost);
        THEN("four tenths of that are 24 dB") { CHECK(lost == Approx(24).margin(2.5)); }
      }
    }
  }
}

SCENARIO("drums are struck again while they ring") {
  for (const std::string drum : {"kick", "tom"}) {
    GIVEN("a soft-headed " + drum) {
      const auto steps = [&](std::vector<int> when) {
        Alone alone = struck(drum, std::move(when));
        alone.set("decay", 1).set("freq", 80);
        if (drum == "kick") alone.set("click", 0).set("drive", 0);
        else alone.set("stick", 0);
        return steepest(alone.one(kRate / 2));
      };
      const double once = steps({0}), again = steps({0, 3000, 4123, 4500, 9001, 9050});
      CAPTURE(once, again);
      THEN("there is no click: it moves hardly faster than when it is struck once") { CHECK(again < once * 1.35); }
    }
  }
  for (const std::string drum : kDrums) {
    GIVEN("two strokes on a " + drum + " that has fallen silent in between") {
      const Sound sound = struck(drum, {0, 4 * kRate}).set("decay", 0.3).one(8 * kRate);
      const auto first = part(sound, 0, 4 * kRate), second = part(sound, 4 * kRate, 8 * kRate);
      THEN("they are equally loud, and the same where nothing is left to chance") {
        CHECK(rms(first) == Approx(rms(second)).epsilon(0.15));
        if (drum == "cowbell" || drum == "hihat") CHECK(std::ranges::equal(first, second));
      }
    }
  }
}

SCENARIO("a kick falls to its frequency") {
  for (const double style : {0.0, 1.0}) {
    for (const double hertz : {45.0, 60.0}) {
      GIVEN("a kick of " + std::to_string(hertz) + " Hz, style " + std::to_string(style)) {
        Alone kick = struck("kick", {0});
        kick.set("freq", hertz).set("decay", 3).set("click", 0).set("style", style);
        const Sound sound = kick.one(2 * kRate);
        const double begins = pitchOf(part(sound, 0, 1200)), ends = pitchOf(part(sound, kRate, 2 * kRate));
        CAPTURE(begins, ends);
        THEN("it begins well above it and settles on it") {
          CHECK(begins > hertz * (style > 0 ? 1.2 : 2));
          CHECK(ends == Approx(hertz).epsilon(0.02));
        }
      }
    }
  }
  GIVEN("an octave of tune") {
    const Sound sound = struck("kick", {0}).set("tune", 12).set("decay", 3).set("click", 0).one(2 * kRate);
    THEN("it is an octave higher") { CHECK(pitchOf(part(sound, kRate, 2 * kRate)) == Approx(120).epsilon(0.02)); }
  }
}

SCENARIO("the drum machine of 1980: a kick that sighs, a snare of two tones that stand still") {
  GIVEN("its kick, ringing for two seconds") {
    Alone kick = struck("kick", {0});
    const Sound sound = kick.set("style", 1).set("decay", 2).set("freq", 50).set("click", 0).one(2 * kRate);
    const double early = pitchOf(part(sound, kRate / 8, kRate / 2)), late = pitchOf(part(sound, kRate, 3 * kRate / 2));
    const double lost =
        decibels(rms(part(sound, kRate / 4, kRate / 2)) / rms(part(sound, 5 * kRate / 4, 3 * kRate / 2)));
    CAPTURE(early, late, lost);
    THEN("it goes on falling a little while it fades, and a second is 30 dB") {
      CHECK(early / late > 1.01);
      CHECK(early / late < 1.06);
      CHECK(lost == Approx(30).margin(3));
    }
  }
  const auto beginning = [](double style) {
    Alone snare = struck("snare", {0});
    snare.set("style", style).set("snap", 0).set("decay", 2).set("freq", 180);
    return snare.one(kRate);
  };
  GIVEN("its snare without wires") {
    const Sound machine = beginning(1), drum = beginning(0);
    const auto rings = part(machine, 0, kRate / 2);
    const double begins = pitchOf(part(machine, 0, 1200)), ends = pitchOf(part(machine, 12000, 24000));
    CAPTURE(begins, ends, toneIn(rings, 180), toneIn(rings, 360), toneIn(rings, 180 * 1.83));
    const auto skin = part(drum, kRate / 4, 3 * kRate / 4);
    THEN("its tones are an octave apart and do not fall; a drum's are not") {
      CHECK(begins == Approx(ends).epsilon(0.02));
      CHECK(toneIn(skin, 360) < 0.05 * toneIn(skin, 180 * 1.83));
      CHECK(toneIn(rings, 360) == Approx(0.6 * toneIn(rings, 180)).epsilon(0.1));
      CHECK(toneIn(rings, 180 * 1.83) < 0.05 * toneIn(rings, 180));
    }
  }
}

SCENARIO("a hi-hat is metal far above, without what does not belong there") {
  GIVEN("an open hi-hat of metal that rings for long") {
    for (const double tune : {0.0, 5.37}) {
      Alone hihat = struck("hihat", {0});
      hihat.set("decay", 5).set("open", 1).set("tune", tune);
      const Sound sound = hihat.one(kRate / 2);
      const auto window = part(sound, 4800, kRate / 2);
      double loudestPartial = 0, between = 0;
      constexpr double kBells[] = {205.3, 304.4, 369.6, 522.7, 540.0, 800.0};
      const double ratio = std::pow(2.0, tune / 12);
      for (double hertz = 5000; hertz < 23000; hertz += 97) {
        double nearest = 1e9;
        for (const double bell : kBells) {
          const double overtone = hertz / (bell * ratio);
          const double odd = 2 * std::round((overtone - 1) / 2) + 1;
          if (odd * bell * ratio < 18100) nearest = std::min(nearest, std::abs(overtone - odd) * bell * ratio);
        }
        if (nearest > 35) between = std::max(between, toneIn(window, hertz));
      }
      for (int odd = 11; odd < 23; odd += 2)
        loudestPartial = std::max(loudestPartial, toneIn(window, 800 * ratio * odd));
      const double aliases = decibels(between / loudestPartial);
      CAPTURE(tune, loudestPartial, aliases);
      THEN("between its overtones there is nothing, tuned by " + std::to_string(tune)) { CHECK(aliases < -70); }
    }
  }
  for (const double noise : {0.0, 1.0}) {
    GIVEN("a hi-hat of " + std::string{noise > 0 ? "hiss" : "metal"}) {
      Alone hihat = struck("hihat", {0});
      hihat.set("noise", noise).set("decay", 0.5);
      const Sound sound = hihat.one(kRate / 4);
      double low = 0, high = 0;
      for (double hertz = 100; hertz < 3000; hertz += 60) low += std::pow(toneIn(sound, hertz), 2);
      for (double hertz = 8000; hertz < 16000; hertz += 60) high += std::pow(toneIn(sound, hertz), 2);
      CAPTURE(low, high);
      THEN("it is high up") { CHECK(10 * std::log10(high / low) > 25); }
    }
  }
  GIVEN("an open and a closed hi-hat") {
    const double closed = powerOf(struck("hihat", {0}).one(kRate));
    const double open = powerOf(struck("hihat", {0}).set("open", 1).one(kRate));
    THEN("the open one rings ten times as long") { CHECK(open / closed == Approx(10).epsilon(0.25)); }
  }
}

SCENARIO("hands clap four times, and a cowbell has two tones") {
  GIVEN("a clap with 11 ms between the hands") {
    Alone clap = struck("clap", {0});
    const Sound sound = clap.set("decay", 0.2).one(4800);
    const auto level = [&](int from) { return rms(part(sound, from, from + 96)); };
    THEN("four times it begins anew") {
      for (const int hand : {1, 2, 3}) CHECK(level(hand * 528 + 24) > 3 * level(hand * 528 - 120));
    }
  }
  GIVEN("a cowbell") {
    Alone bell = struck("cowbell", {0});
    const Sound sound = bell.set("decay", 3).one(kRate);
    const auto window = part(sound, 4800, kRate);
    THEN("its tones are there, with odd overtones, and nothing is between them or folded down") {
      const double low = toneIn(window, 540), high = toneIn(window, 540 * 1.481);
      CHECK(low > 0.01);
      CHECK(high > 0.01);
      CHECK(toneIn(window, 3 * 540) > low / 30);
      for (const double hertz : {200.0, 660.0, 1080.0, 1300.0, 5000.0, 7010.0})
        CHECK(decibels(toneIn(window, hertz) / low) < -60);
    }
  }
}

SCENARIO("drums do not hear where blocks end, and forget when calmed") {
  for (const std::string drum : kDrums) {
    GIVEN("a " + drum) {
      const auto make = [&] {
        Alone alone = struck(drum, {5, 3000, 9001});
        alone.set("decay", 0.02);  // so that it rests in between
        return alone;
      };
      THEN("it is the same in blocks of 7") { CHECK(heedsNoBlocks(make, 15000)); }
      THEN("it is as it was made") {
        Alone alone{drum};
        alone.feed("trigger", [](int frame, int) { return frame % 2000 > 10 ? 0.7f : 0.0f; });
        const auto first = alone.play(2000);
        alone.module().calm();
        CHECK(alone.play(2000) == first);
      }
    }
  }
}

SCENARIO("how fast drums are", "[.speed]") {
  for (const std::string drum : kDrums) {
    Alone rests{drum}, alone{drum};
    const double resting = timesRealTime(rests);
    alone.set("decay", 5);
    alone.feed("trigger", [](int frame, int) { return frame == 0 ? 1.0f : 0.0f; });
    alone.one(kBlock);
    alone.feed("trigger", [](int, int) { return 0.0f; });
    WARN(drum << ": " << timesRealTime(alone, 1) << " times real time while it rings, " << resting << " at rest");
    CHECK(std::isfinite(alone.one(kBlock)[0]));
  }
}
