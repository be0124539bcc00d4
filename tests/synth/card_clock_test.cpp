#include "synth/card_clock.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <random>

using namespace antiphon;
using namespace antiphon::synth;
using namespace std::chrono_literals;

namespace {

constexpr double kMeanLate = 100'000;  // ns: a part of the constant latency

/// A card that calls for sound, in virtual time.
struct Card {
  double rate = 48000;  // as it truly runs
  int period = 256;
  Nanos begun = 1000s;
  std::function<double(std::int64_t call)> late = [](std::int64_t) { return 0.0; };  // ns
  std::int64_t calls = 0;
  std::int64_t leftOut = 0;  // frames that were never made

  double truth(double frame) const {
    return static_cast<double>(begun.count()) + (frame + static_cast<double>(leftOut)) * 1e9 / rate;
  }
  void call(CardClock& clock) {
    const Frame first{calls * period};
    clock.called(first, period, Nanos{std::llround(truth(static_cast<double>(first.value)) + late(calls))});
    ++calls;
  }
  /// ns by which the clock thinks wrongly of when the frame at this moment sounds, a constant latency aside.
  double error(CardClock& clock, Nanos when) const {
    const double meant = (static_cast<double>((when - begun).count())) * rate / 1e9 - static_cast<double>(leftOut);
    return (static_cast<double>(clock.frameOf(when).value) - meant - clock.latency()) * 1e9 / rate;
  }
};

}  // namespace

SCENARIO("a note finds its frame, however unevenly the card calls for sound") {
  const double rate = GENERATE(44100.0, 48000.0, 192000.0);
  const int period = GENERATE(16, 64, 256, 1024, 2048);
  GIVEN("a card of " << rate << " Hz, 60 ppm too fast, that calls up to 0.2 ms late, and now and then 3 ms") {
    CAPTURE(rate, period);
    std::mt19937 chance{static_cast<unsigned>(period)};
    std::uniform_real_distribution<double> late{0, 200'000};
    Card card{.rate = rate * (1 + 60e-6), .period = period};
    card.late = [&](std::int64_t) { return chance() % 50 == 0 ? 3e6 : late(chance); };
    CardClock clock{SampleRate{rate}};
    double worst = 0, worstStep = 0;
    Frame last{};
    bool ascending = true;
    for (double second = 0; second < 20;) {
      const Nanos before = clock.momentOf({card.calls * period});
      card.call(clock);
      second = static_cast<double>(card.calls * period) / rate;
      if (second > 10) {
        const Nanos moved = clock.momentOf({(card.calls - 1) * period}) - before;
        worstStep = std::max(worstStep, std::abs(static_cast<double>(moved.count())) * rate / 1e9);
      }
      for (const double part : {0.1, 0.5, 0.9}) {
        const Nanos when = card.begun + Nanos{std::llround((second - (1 - part) * period / rate) * 1e9)};
        const Frame frame = clock.frameOf(when);
        ascending = ascending && frame >= last;
        last = frame;
        if (second > 1) worst = std::max(worst, std::abs(card.error(clock, when) + kMeanLate));
      }
    }
    THEN("after a second it is right to 0.1 ms, it never goes back, and it moves by fractions of a frame") {
      CAPTURE(worst / 1e6, worstStep);
      CHECK(worst < 100'000);
      CHECK(worstStep < 0.25);
      CHECK(ascending);
    }
  }
}

SCENARIO("a card that leaves frames out is found again") {
  GIVEN("a card that has been followed for ten seconds") {
    Card card;
    std::mt19937 chance{1};
    std::uniform_real_distribution<double> late{0, 200'000};
    card.late = [&](std::int64_t) { return late(chance); };
    CardClock clock{SampleRate{48000}};
    while (card.calls * card.period < 480'000) card.call(clock);
    const int latency = clock.latency();
    WHEN("it leaves out three periods") {
      card.leftOut = 3 * card.period;
      const auto begun = card.calls;
      while ((card.calls - begun) * card.period < 48'000 / 2) card.call(clock);
      THEN("half a second later notes find their frames again, and sound no later after their moments than before") {
        const Nanos now{std::llround(card.truth(static_cast<double>(card.calls * card.period)))};
        CHECK(std::abs(card.error(clock, now) + kMeanLate) < 100'000);
        CHECK(clock.latency() == latency);
      }
    }
    WHEN("it leaves out one and says so") {
      card.leftOut = card.period;
      const Frame first{card.calls * card.period};
      clock.called(first, card.period, Nanos{std::llround(card.truth(static_cast<double>(first.value)) + kMeanLate)},
                   true);
      THEN("it is found at once") {
        const Nanos now{std::llround(card.truth(static_cast<double>(first.value)))};
        CHECK(std::abs(card.error(clock, now) + kMeanLate) < 20'000);
      }
    }
    WHEN("one call alone is 20 ms late") {
      const Nanos before = clock.momentOf({0});
      card.late = [](std::int64_t) { return 20e6; };
      card.call(clock);
      THEN("nothing moves") { CHECK(clock.momentOf({0}) == before); }
    }
  }
}

SCENARIO("a card calls for several periods at once") {
  GIVEN("a card with periods of 1024 frames, that calls us four times for 256, one right after the other") {
    Card card;
    card.late = [](std::int64_t call) { return -static_cast<double>(call % 4) * 256e9 / 48000; };
    CardClock clock{SampleRate{48000}};
    while (card.calls * card.period < 3 * 48'000) card.call(clock);
    THEN("what is sent at its moment is still in time: after the frames that are made already, and evenly") {
      bool inTime = true;
      double least = 1e9, most = -1e9;
      for (int n = 0; n < 400; ++n) {
        card.call(clock);
        const double first = static_cast<double>(card.calls / 4 * 4 * 256);
        if (card.calls % 4 != 0) continue;
        for (const double share : {0.0, 0.3, 0.99}) {
          const Nanos now{std::llround(card.truth(first - 1024 + share * 1024))};
          const Frame frame = clock.frameOf(now);
          inTime = inTime && frame.value >= card.calls * 256;
          const double error = card.error(clock, now);
          least = std::min(least, error);
          most = std::max(most, error);
        }
      }
      CAPTURE(clock.latency(), least, most);
      CHECK(inTime);
      CHECK(most - least < 100'000);
    }
  }
}
