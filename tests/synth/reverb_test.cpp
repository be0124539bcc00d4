#include <catch2/catch.hpp>

#include "tests/support/hearing.hpp"

using namespace antiphon::synth;

namespace {

constexpr int kRate = 48000;

Alone clapIn(double decay, double damping, double rate = kRate, double size = 1) {
  Alone reverb{"reverb", SampleRate{rate}};
  reverb.set("decay", decay).set("damping", damping).set("size", size).set("mix", 1).set("predelay", 0);
  reverb.feed("in", [](int frame, int) { return frame == 0 ? 1.0f : 0.0f; });
  return reverb;
}

/// Seconds to -60 dB, from the slope of what is still to come (Schroeder's integral) between -5 and -35 dB.
double decayOf(std::span<const float> sound, double rate) {
  double left = powerOf(sound);
  const double all = left;
  std::size_t first = 0, last = 0;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    left -= static_cast<double>(sound[i]) * static_cast<double>(sound[i]);
    if (first == 0 && left < all * std::pow(10, -0.5)) first = i;
    if (last == 0 && left < all * std::pow(10, -3.5)) last = i;
  }
  return 2 * static_cast<double>(last - first) / rate;
}

/// What is left of a sound near one frequency: two resonances, one after the other.
Sound near(const Sound& sound, double hertz, double rate) {
  Sound heard = sound;
  const double r = std::exp(-std::numbers::pi * hertz / 4 / rate);
  const double a = 2 * r * std::cos(2 * std::numbers::pi * hertz / rate), b = -r * r;
  for (int pass = 0; pass < 2; ++pass) {
    double one = 0, two = 0;
    for (float& x : heard) {
      const double y = static_cast<double>(x) + a * one + b * two;
      x = static_cast<float>((1 - r) * (y - two));
      two = one;
      one = y;
    }
  }
  return heard;
}

}  // namespace

SCENARIO("a clap in a room dies away in the time that was asked for") {
  for (const double rate : {44100.0, 48000.0, 96000.0}) {
    for (const double decay : {0.4, 1.5, 3.0}) {
      GIVEN("a decay of " + std::to_string(decay) + " s at " + std::to_string(rate) + " Hz") {
        Alone reverb = clapIn(decay, 0, rate);
        const double measured = decayOf(reverb.one(static_cast<int>(decay * rate)), rate);
        CAPTURE(measured);
        THEN("it is that, within a tenth") { CHECK(measured == Approx(decay).epsilon(0.1)); }
      }
    }
  }
  GIVEN("a small and a large room with the same decay") {
    const double small = decayOf(clapIn(1, 0, kRate, 0.3).one(kRate), kRate);
    const double large = decayOf(clapIn(1, 0, kRate, 2).one(kRate), kRate);
    CAPTURE(small, large);
    THEN("both keep it") {
      CHECK(small == Approx(1).epsilon(0.1));
      CHECK(large == Approx(1).epsilon(0.1));
    }
  }
}

SCENARIO("damping takes the highs and leaves the lows") {
  GIVEN("a decay of 2 s with a damping of a half") {
    const Sound tail = clapIn(2, 0.5).one(2 * kRate);
    const double low = decayOf(near(tail, 250, kRate), kRate), high = decayOf(near(tail, 8000, kRate), kRate);
    CAPTURE(low, high);
    THEN("the lows last as long as was asked for, the highs half as long") {
      CHECK(low == Approx(2).epsilon(0.1));
      CHECK(high == Approx(1).epsilon(0.2));
    }
  }
}

SCENARIO("a room is wide, dense and calm") {
  GIVEN("the tail of a clap") {
    Alone reverb = clapIn(2, 0.3);
    const auto lanes = reverb.play(2 * kRate);
    const Sound &left = lanes[0], &right = lanes[1];
    THEN("left and right have nothing in common and are equally loud") {
      for (const double second : {0.05, 0.2, 0.6, 1.2}) {
        const int from = static_cast<int>(second * kRate), to = from + kRate / 5;
        const double alike = likeness(part(left, from, to), part(right, from, to));
        const double balance = decibels(rms(part(left, from, to)) / rms(part(right, from, to)));
        CAPTURE(second, alike, balance);
        CHECK(std::abs(alike) < 0.2);
        CHECK(std::abs(balance) < 2);
      }
    }
    THEN("it is as dense as noise: a third of its frames lie beyond its deviation, and peaks do not stand out") {
      for (const double second : {0.05, 0.1, 0.3, 1.0}) {
        const auto window = part(left, static_cast<int>(second * kRate), static_cast<int>(second * kRate) + 960);
        const double deviation = rms(window);
        const auto beyond =
            std::ranges::count_if(window, [&](float x) { return static_cast<double>(std::abs(x)) > deviation; });
        const double share = static_cast<double>(beyond) / 960 / 0.3173, peak = loudest(window) / deviation;
        CAPTURE(second, share, peak);
        CHECK(share > 0.75);
        CHECK(peak < 5.5);
      }
    }
    THEN("from 100 ms on every 50 ms are quieter than those 200 ms before") {
      double before[4] = {1e9, 1e9, 1e9, 1e9};
      for (int from = kRate / 10; from + kRate / 20 < 2 * kRate; from += kRate / 20) {
        const double now = rms(part(left, from, from + kRate / 20));
        CHECK(now < before[0]);
        std::rotate(before, before + 1, before + 4);
        before[3] = now;
      }
    }
    THEN("it begins within 20 ms and has no echo that stands alone") {
      CHECK(loudest(part(left, 0, kRate / 50)) > 1e-3);
      CHECK(loudest(left) < 0.25);
    }
  }
  GIVEN("a hall that hardly ever dies away, filled with a second of hiss") {
    Alone reverb = clapIn(60, 0);
    reverb.set("modulation", 1);
    reverb.feed("in", [](int frame, int lane) { return frame < kRate ? hiss(frame, lane % 2) : 0.0f; });
    const auto sound = reverb.one(8 * kRate);
    const double early = rms(part(sound, kRate, 2 * kRate)), late = rms(part(sound, 7 * kRate, 8 * kRate));
    CAPTURE(early, late);
    THEN("it does not grow") {
      CHECK(late < early);
      CHECK(late > early / 4);
    }
  }
}

SCENARIO("reverb keeps what it does not touch") {
  GIVEN("a mix of none") {
    Alone reverb{"reverb"};
    reverb.set("mix", 0).feed("in", [](int frame, int lane) { return hiss(frame, lane % 2); });
    const auto lanes = reverb.play(1000);
    THEN("left and right come out as they went in") {
      for (int f = 0; f < 1000; ++f) {
        REQUIRE(lanes[0][static_cast<std::size_t>(f)] == hiss(f, 0));
        REQUIRE(lanes[1][static_cast<std::size_t>(f)] == hiss(f, 1));
      }
    }
  }
  GIVEN("steady hiss and the room alone") {
    THEN("it is about as loud with a short as with a long decay") {
      for (const double decay : {0.5, 1.0, 2.0}) {
        Alone reverb = clapIn(decay, 0);
        reverb.feed("in", [](int frame, int lane) { return hiss(frame, lane % 2); });
        const auto sound = reverb.one(4 * kRate);
        const double level = decibels(rms(part(sound, 3 * kRate, 4 * kRate)) * std::sqrt(3.0));
        CAPTURE(decay, level);
        CHECK(std::abs(level) < 2.5);
      }
    }
  }
  GIVEN("a predelay of 100 ms") {
    Alone reverb = clapIn(1, 0);
    const auto plain = reverb.one(9600);
    Alone later = clapIn(1, 0);
    later.set("predelay", 0.1);
    const auto sound = later.one(14400);
    THEN("the room answers 100 ms later, and otherwise alike") {
      CHECK(loudest(part(sound, 0, 4800)) < 1e-6);
      CHECK(rms(part(sound, 4800, 14400)) == Approx(rms(plain)).epsilon(0.1));
    }
  }
  GIVEN("knobs that move") {
    const auto make = [] {
      Alone reverb{"reverb"};
      reverb.feed("in", [](int frame, int lane) { return hiss(frame, lane % 2); });
      reverb.feed("size", [](int frame, int) { return 1.0f + static_cast<float>(frame) * 1e-4f; });
      reverb.feed("decay", [](int frame, int) { return 1.0f + static_cast<float>(frame) * 1e-3f; });
      return reverb;
    };
    THEN("blocks are not heard") { CHECK(heedsNoBlocks(make)); }
  }
  GIVEN("a room that has been calmed") {
    Alone reverb = clapIn(2, 0.3);
    reverb.feed("in", [](int frame, int) { return frame % 4800 == 0 ? 1.0f : 0.0f; });
    const auto first = reverb.play(4800);
    reverb.module().calm();
    THEN("it is as it was made") { CHECK(reverb.play(4800) == first); }
  }
}

SCENARIO("how fast a reverb is", "[.speed]") {
  Alone reverb{"reverb"};
  reverb.set("mix", 0.3).set("in", 0.1);
  WARN("reverb: " << timesRealTime(reverb) << " times real time");
  CHECK(std::isfinite(reverb.one(kBlock)[0]));
}
