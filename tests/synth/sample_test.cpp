#include <hwy/targets.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <iostream>
#include <string>

#include "tests/guard/realtime_guard.hpp"
#include "tests/support/alone.hpp"
#include "tests/support/spectrum.hpp"

using namespace antiphon;
using namespace antiphon::synth;

namespace {

constexpr int kHeard = 65536 + 4800;
using Tone = std::vector<std::pair<double, double>>;  // how high, and how loud

std::vector<float> toneOf(const Tone& tone, int frames, double rate = 48000) {
  std::vector<float> sound(static_cast<std::size_t>(frames));
  for (int f = 0; f < frames; ++f) {
    double sum = 0;
    for (const auto& [hertz, loud] : tone)
      sum += loud * std::sin(2 * std::numbers::pi * std::fmod(hertz / rate * f, 1.0));
    sound[static_cast<std::size_t>(f)] = static_cast<float>(sum);
  }
  return sound;
}
std::shared_ptr<const Recording> recorded(const Tone& tone, int frames, double rate = 48000) {
  return std::make_shared<const Recording>(SampleRate{rate}, toneOf(tone, frames, rate));
}
Alone player(const std::shared_ptr<const Recording>& recording, double semitones, double rate = 48000) {
  Alone alone{"sample", SampleRate{rate}, 1, 1, recording};
  alone.set("root", 0).set("pitch", semitones).set("gate", 1);
  return alone;
}
double loudest(const std::vector<float>& sound, std::size_t from = 0) {
  double most = 0;
  for (std::size_t i = from; i < sound.size(); ++i) most = std::max(most, std::abs(static_cast<double>(sound[i])));
  return most;
}
double steepest(const std::vector<float>& sound) {
  double most = 0;
  for (std::size_t i = 1; i < sound.size(); ++i)
    most = std::max(most, std::abs(static_cast<double>(sound[i]) - static_cast<double>(sound[i - 1])));
  return most;
}
double faster(double semitones) { return std::exp2(semitones / 12); }

}  // namespace

SCENARIO("at its root a recording sounds as it was made") {
  GIVEN("a recording whose overtones go up to 15 kHz") {
    const Tone tone{{440, 0.4}, {3000, 0.2}, {15000, 0.2}};
    const auto sound = toneOf(tone, 20000);
    Alone alone{"sample", {}, 1, 1, std::make_shared<const Recording>(SampleRate{48000}, sound)};
    alone.set("gate", 1).set("root", -9).set("pitch", -9);  // C4
    const auto heard = alone.one(20000);
    THEN("it is frame by frame the same") {
      double apart = 0;
      for (std::size_t i = 64; i + 64 < sound.size(); ++i)
        apart = std::max(apart, std::abs(static_cast<double>(heard[i]) - static_cast<double>(sound[i])));
      CAPTURE(apart);
      CHECK(apart < 2e-4);
    }
    THEN("at its end there is silence") { CHECK(loudest(alone.one(1000), 1) == 0); }
  }
}

SCENARIO("a recording of a sine is played higher and lower, and is a sine") {
  for (const double hertz : {440.0, 3000.0, 9000.0}) {
    const auto recording = recorded({{hertz, 0.8}}, 1 << 19);
    for (const double semitones : {-31.4, -12.0, -0.3, 0.0, 4.0, 7.0, 11.99, 12.0, 19.0, 25.5}) {
      const double sounding = hertz * faster(semitones);
      if (sounding > 18000) continue;
      const auto sound = player(recording, semitones).one(kHeard);
      const double pure = purity(sound, sounding), cents = centsOff(sound, sounding);
      const double level = 20 * std::log10(std::abs(sineIn(sound, sounding)) / 0.8);
      CAPTURE(hertz, semitones, pure, cents, level);
      CHECK(pure > 85);
      CHECK(std::abs(cents) < 0.01);
      CHECK(std::abs(level) < 0.1);
    }
  }
}

SCENARIO("a recording that is played faster loses what would fold back") {
  GIVEN("a recording full of overtones up to 23 kHz") {
    constexpr double low = 48000 / 145.0;
    Tone tone;
    for (int k = 1; k * low < 23000; ++k) tone.emplace_back(k * low, 0.02);
    std::vector<float> full = toneOf(tone, 145);
    full.reserve(1 << 20);
    while (full.size() < 1 << 20) full.push_back(full[full.size() - 145]);
    const auto recording = std::make_shared<const Recording>(SampleRate{48000}, full);
    THEN("however high it is played, what is none of them is 80 dB below") {
      for (const double semitones : {0.5, 1.0, 5.0, 7.0, 11.5, 12.3, 17.0, 19.7, 24.0, 31.1, 43.3}) {
        const double hertz = low * faster(semitones);
        if (recording->frames() < static_cast<std::int64_t>(kHeard * faster(semitones))) continue;
        const auto sound = player(recording, semitones).one(kHeard);
        const double pure = purity(sound, hertz);
        CAPTURE(semitones, pure);
        CHECK(pure > 80);
      }
    }
    THEN("what does fit is let through: a fifth higher, 18 kHz is there") {
      const auto sound = player(recording, 7).one(kHeard);
      const double hertz = 36 * low * faster(7);
      const double level = 20 * std::log10(std::abs(sineIn(sound, hertz)) / 0.02);
      CAPTURE(hertz, level);
      CHECK(std::abs(level) < 0.5);
    }
  }
}

SCENARIO("a recording is in tune at every sample rate") {
  for (const double made : {8000.0, 22050.0, 44100.0, 192000.0}) {
    const auto recording = recorded({{440, 0.5}}, static_cast<int>(3 * made), made);
    for (const double played : {44100.0, 48000.0, 192000.0}) {
      const auto sound = player(recording, 0, played).one(131072);
      const double cents = centsOff(sound, 440, played), pure = purity(sound, 440, played);
      CAPTURE(made, played, cents, pure);
      CHECK(std::abs(cents) < 0.02);
      CHECK(pure > 85);
    }
  }
}

SCENARIO("a loop goes round and round, and does not click") {
  GIVEN("a recording that is looped where it does not fit") {
    const auto recording = recorded({{331.7, 0.5}}, 48000);
    const auto looped = [&](double crossfade) {
      Alone alone = player(recording, 3);
      alone.set("loop", 1).set("loop_start", 0.3).set("loop_end", 0.5123).set("crossfade", crossfade);
      return alone.one(200000);
    };
    // What it is by itself, and two of it while they are blended.
    const double own = 0.5 * 2 * std::numbers::pi * 331.7 * faster(3) / 48000,
                 blended = own + 0.5 / 480 * faster(3) * 2;
    THEN("blended it is hardly steeper than it is by itself, and it goes on") {
      const auto sound = looped(0.01);
      CAPTURE(steepest(sound), own);
      CHECK(steepest(sound) < blended * 1.001);
      CHECK(loudest(sound, 190000) > 0.4);
    }
    THEN("not blended, it clicks") { CHECK(steepest(looped(0)) > 3 * blended); }
  }
  GIVEN("a loop of the whole, which does not fit either") {
    const auto recording = recorded({{331.7, 0.5}}, 30011);
    Alone alone = player(recording, 0);
    const auto sound = alone.set("loop", 1).one(200000);
    THEN("it does not click") {
      CHECK(steepest(sound) < 0.5 * 2 * std::numbers::pi * 331.7 / 48000 + 2 * 0.5 / 480);
      CHECK(loudest(sound, 190000) > 0.4);
    }
  }
  GIVEN("a loop of whole cycles") {
    const auto recording = recorded({{480, 0.5}}, 48000);  // a hundred frames each
    Alone alone = player(recording, -5);
    alone.set("loop", 1).set("loop_start", 0.25).set("loop_end", 0.75);
    alone.run(48000 * 60 / kBlock * kBlock);
    const auto sound = alone.one(96000);
    THEN("after a minute it is the same tone, and as pure") {
      const double hertz = 480 * faster(-5), pure = purity(sound, hertz), cents = centsOff(sound, hertz);
      CAPTURE(pure, cents);
      CHECK(pure > 85);
      CHECK(std::abs(cents) < 0.001);
    }
  }
  GIVEN("a loop that is held: behind it the recording fades to its end") {
    auto sound = toneOf({{480, 0.5}}, 48000);
    for (std::size_t f = 24000; f < sound.size(); ++f) sound[f] *= static_cast<float>(48000 - f) / 24000;
    Alone alone = player(std::make_shared<const Recording>(SampleRate{48000}, sound), 0);
    alone.set("loop", 2).set("loop_start", 0.1).set("loop_end", 0.5);
    const auto held = alone.one(96000 / kBlock * kBlock);
    const auto after = alone.set("gate", 0).one(48000);
    THEN("while the key is down it goes round, and let go it plays on to the end, without a click") {
      CHECK(loudest(held, 90000) == Approx(0.5).margin(0.01));
      CHECK(loudest(after) == Approx(0.5).margin(0.01));
      CHECK(steepest(after) < 0.5 * 2 * std::numbers::pi * 480 / 48000 * 1.01);
      CHECK(std::abs(after.front() - held.back()) < 0.5 * 2 * std::numbers::pi * 480 / 48000 * 1.01);
      const std::vector<float> late{after.begin() + 36000, after.begin() + 36010}, end{after.end() - 2000, after.end()};
      CHECK(loudest(late) < 0.3);
      CHECK(loudest(end) == 0);
    }
    THEN("let go in the middle of a block it leaves its loop there, not a block later") {
      const int turn = 24000 - 480;  // where the loop's blend begins
      const auto heldUntil = [&](int let) {
        Alone one = player(std::make_shared<const Recording>(SampleRate{48000}, sound), 0);
        one.set("loop", 2).set("loop_start", 0.1).set("loop_end", 0.5);
        return one.feed("gate", [let](int frame, int) { return frame < let ? 1.0f : 0.0f; }).one(48000);
      };
      CHECK(loudest(heldUntil(turn - 3), 47900) < 0.01);
      CHECK(loudest(heldUntil(turn + 3), 42000) > 0.45);  // once more round
    }
  }
  GIVEN("loops that are hardly one, played as fast as can be") {
    for (const double start : {0.0, 0.5, 1.0}) {
      for (const double end : {0.0, 0.5, 1.0}) {
        for (const double crossfade : {0.0, 2.0}) {
          Alone alone = player(recorded({{480, 0.5}}, 200), 200);
          alone.set("loop", 1).set("loop_start", start).set("loop_end", end).set("crossfade", crossfade);
          const double most = loudest(alone.one(5000));
          CAPTURE(start, end, crossfade, most);
          CHECK(most < 0.8);
        }
      }
    }
  }
}

SCENARIO("a gate begins it") {
  const auto recording = recorded({{480, 0.5}}, 9600);
  GIVEN("a gate that rises at frame 100, half as high") {
    Alone alone{"sample", {}, 1, 1, recording};
    alone.set("level", 0.8);
    alone.feed("gate", [](int frame, int) { return frame >= 100 && frame < 200 ? 0.5f : 0.0f; });
    const auto sound = alone.one(12000);
    THEN("there is silence before; then it is heard once, 0.4 times as loud, whenever the gate falls") {
      CHECK(loudest({sound.begin(), sound.begin() + 100}) == 0);
      CHECK(loudest({sound.begin() + 100, sound.begin() + 9700}) == Approx(0.2).epsilon(0.01));
      CHECK(loudest({sound.begin() + 9701, sound.end()}) == 0);
    }
  }
  GIVEN("one that begins in its middle") {
    Alone alone = player(recording, 0);
    const auto sound = alone.set("start", 0.5).one(9600);
    THEN("half of it is heard") {
      CHECK(loudest({sound.begin() + 4000, sound.begin() + 4800}) > 0.4);
      CHECK(loudest({sound.begin() + 4801, sound.end()}) == 0);
    }
  }
  GIVEN("one that is struck again while it sounds, at its highest") {
    Alone alone{"sample", {}, 1, 1, recording};
    alone.feed("gate", [](int frame, int) { return frame % 1025 < 500 ? 1.0f : 0.0f; });
    const auto sound = alone.one(4000);
    THEN("what it played is let go of softly") {
      const double own = 0.5 * 2 * std::numbers::pi * 480 / 48000;
      CAPTURE(steepest(sound), own);
      CHECK(steepest(sound) < 2 * own + 0.5 / 144);
    }
  }
}

SCENARIO("two channels are a left and a right, and in a voice they are one") {
  const auto left = toneOf({{480, 0.5}}, 96000), right = toneOf({{1200, 0.3}}, 96000);
  std::vector<float> middle, side;
  for (std::size_t i = 0; i < left.size(); ++i) {
    middle.push_back((left[i] + right[i]) / 2);
    side.push_back((left[i] - right[i]) / 2);
  }
  const auto both = std::make_shared<const Recording>(SampleRate{48000}, middle, side);
  const auto apart = [](const std::vector<float>& a, const std::vector<float>& b) {
    double most = 0;
    for (std::size_t i = 100; i + 100 < std::min(a.size(), b.size()); ++i)
      most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    return most;
  };
  GIVEN("a room") {
    const auto sound = player(both, 0).play(96000);
    THEN("even lanes are left, odd ones right") {
      CHECK(apart(sound[0], left) < 1e-4);
      CHECK(apart(sound[1], right) < 1e-4);
      CHECK(sound[6] == sound[0]);
      CHECK(sound[7] == sound[1]);
    }
  }
  GIVEN("voices, each with a key of its own") {
    Alone alone{"sample", {}, 2, 1, both};
    alone.voices().set("root", 0);
    alone.feed("gate", [](int, int lane) { return lane % 3 == 0 ? 1.0f : 0.0f; });
    alone.feed("pitch", [](int, int lane) { return static_cast<float>(lane); });
    const auto sound = alone.play(48000);
    THEN("each has what both channels have in common, at its own pitch") {
      CHECK(apart(sound[0], middle) < 1e-4);
      CHECK(loudest(sound[1]) == 0);
      CHECK(std::abs(sineIn(sound[9], 480 * faster(9))) == Approx(0.25).epsilon(0.001));
      CHECK(loudest(sound[10]) == 0);
      CHECK(loudest(sound[15]) > 0.2);
    }
  }
}

SCENARIO("a sample plays alike in blocks of any length, on any vector unit, and when it was calmed") {
  const auto made = [](float glide = 1e-3f) {
    Alone alone{"sample"};
    alone.voices().set("loop", 1).set("loop_start", 0.1).set("loop_end", 0.2);
    alone.feed("gate", [](int frame, int lane) { return frame % (700 + 90 * lane) > 200 ? 1.0f : 0.0f; });
    alone.feed("pitch", [glide](int frame, int lane) {
      return static_cast<float>(7 * lane - 24) + glide * static_cast<float>(frame % 2000);
    });
    return alone;
  };
  const auto whole = made().play(6000);
  CHECK(loudest(whole[7]) > 0.1);
  CHECK(made().play(6000, {}, 7) == whole);
  CHECK(made().play(6000, {}, 1) == whole);
  // What stands still is not asked about in every frame.
  CHECK(made(0).resting().play(6000) == made(0).play(6000));
  CHECK(made(0).resting().play(6000, {}, 7) == made(0).play(6000));
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    const auto other = made().play(6000);
    hwy::SetSupportedTargetsForTest(0);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      double apart = 0;
      for (std::size_t f = 0; f < whole[lane].size(); ++f)
        apart = std::max(apart, static_cast<double>(std::abs(whole[lane][f] - other[lane][f])));
      CAPTURE(hwy::TargetName(target), lane, apart);
      CHECK(apart < 2e-3);
    }
  }
  Alone alone{"sample"};
  alone.set("gate", 1);
  const auto first = alone.play(1000);
  const auto offences = guard::offences().all();
  alone.run(kBlock);
  CHECK(guard::offences().all() == offences);
  alone.module().calm();
  CHECK(alone.play(1000) == first);
}

SCENARIO("figures of the sample", "[.][figures]") {
  for (const double semitones : {-7.0, 0.3, 6.5, 11.9}) {
    Alone alone{"sample", {}, 8};
    alone.voices()
        .resting()
        .set("loop", 1)
        .set("loop_start", 0.2)
        .set("loop_end", 0.9)
        .set("gate", 1)
        .set("pitch", semitones);
    alone.feed("level", [](int, int) { return 1.0f; });
    std::cout << semitones << " semitones: 64 voices " << 1 / alone.seconds(1500) << " times as fast as they sound\n";
  }
}
