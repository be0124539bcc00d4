#include "model/aria/layout.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>

using namespace antiphon;

namespace {

TurnPlan planOf(double bpm, Meter meter = {4, 4}, int answerBars = 2) {
  return {{1, 0}, meter, 1, answerBars, Tempo::bpm(bpm), 1};
}

const std::vector<Note> kOne{{Tick{0}, Tick{480}, 60, 80, 0}};

}  // namespace

SCENARIO("A call is laid out in milliseconds from its first note on") {
  const std::vector<Note> voice{{Tick{480}, Tick{240}, 60, 80, 3}, {Tick{720}, Tick{960}, 64, 80, 3}};
  const AriaLayout layout{planOf(100), 1, voice};  // a quarter lasts 600 ms
  const AriaPerformance performance = layout.performance(voice);
  CHECK(performance.instruments == std::vector{AriaInstrument::piano});
  REQUIRE(performance.notes.size() == 2);
  CHECK(performance.notes[0] == AriaNote{AriaInstrument::piano, 60, 80, 0, 300});
  CHECK(performance.notes[1] == AriaNote{AriaInstrument::piano, 64, 80, 300, 1200});
  const AriaFrame frame = layout.frame();
  CHECK(frame.begin == 1800);
  CHECK(frame.end <= 1800 + 2 * 2400);
  CHECK(frame.end > 1800 + 2 * 2400 - 30);
  CHECK(layout.firstBeatEnd() < 2400);
  CHECK(layout.firstBeatEnd() >= 2360);
}

SCENARIO("Answers are on the grid, and chords that are rolled stay rolled") {
  GIVEN("120 to the minute") {
    const AriaLayout layout{planOf(120), 1, kOne};
    const auto tick = [&](int ms) { return layout.tick(2000 + ms).count; };
    CHECK(tick(0) == 0);
    CHECK(tick(10) == 0);
    CHECK(tick(490) == 480);
    CHECK(tick(510) == 480);
    CHECK(tick(120) == 120);  // a sixteenth, that lies at 125
    CHECK(tick(170) == 160);  // an eighth's triplet, that lies at 166.7
    THEN("a roll goes up pulse by pulse") {
      CHECK(tick(20) == 20);
      CHECK(tick(40) == 40);
      CHECK(tick(60) == 60);
    }
  }
  GIVEN("40 to the minute, where a pulse lasts 62 ms") {
    const AriaLayout layout{planOf(40), 1, kOne};
    CHECK(layout.tick(6000 + 70) == Tick{20});
    CHECK(layout.tick(6000 + 30) == Tick{10});  // between two pulses, and meant to be
  }
}

TEST_CASE("Every onset of the frame is in the answer, in order, and every pulse can be told") {
  REQUIRE(rc::check("layout", [] {
    const double bpm = *rc::gen::inRange(20, 401) + *rc::gen::inRange(0, 100) / 100.0;
    const Meter meter = *rc::gen::element(Meter{4, 4}, Meter{7, 8}, Meter{1, 32}, Meter{8, 4}, Meter{5, 16});
    const int bars = *rc::gen::inRange(1, 4), callBars = *rc::gen::inRange(1, 4);
    const std::vector<Note> voice{{Tick{*rc::gen::inRange<std::int64_t>(0, meter.bar().count)}, Tick{20}, 60, 80, 0}};
    const AriaLayout layout{planOf(bpm, meter, bars), callBars, voice};
    const AriaFrame frame = layout.frame();
    RC_ASSERT(frame.begin % kAriaStep == 0);
    RC_ASSERT(frame.end % kAriaStep == 0);
    RC_ASSERT(frame.end > frame.begin);
    RC_ASSERT(layout.firstBeatEnd() >= frame.begin);
    RC_ASSERT(layout.firstBeatEnd() < frame.end);
    RC_ASSERT(layout.at(voice.front().tick) == 0);
    Tick before{0};
    for (std::int64_t ms = frame.begin; ms < frame.end; ms += kAriaStep) {
      const Tick tick = layout.tick(ms);
      if (ms == frame.begin) RC_ASSERT(tick == Tick{0});
      RC_ASSERT(tick >= before);
      RC_ASSERT(tick < bars * meter.bar());
      const double here = static_cast<double>(frame.begin) + 1000 * layout.seconds(tick);
      RC_ASSERT(std::abs(here - static_cast<double>(ms)) <= kAriaReach + kAriaStep);
      before = tick;
    }
    // What is played on a beat comes back on that beat.
    for (Tick beat{0}; beat < bars * meter.bar(); beat += meter.beat()) {
      const double exact = 1000 * layout.seconds(callBars * meter.bar() - voice.front().tick + beat);
      const std::int64_t told = std::llround(exact / kAriaStep) * kAriaStep;
      if (told < frame.end && 60 / bpm > 0.15 && meter.beat().count % 120 == 0) RC_ASSERT(layout.tick(told) == beat);
    }
  }));
}

TEST_CASE("A layout without notes, bars or tempo is refused") {
  CHECK_THROWS_AS((AriaLayout{planOf(120), 1, {}}), std::invalid_argument);
  CHECK_THROWS_AS((AriaLayout{planOf(120), 0, kOne}), std::invalid_argument);
  CHECK_THROWS_AS((AriaLayout{planOf(120, {4, 4}, 0), 1, kOne}), std::invalid_argument);
  CHECK_THROWS_AS((AriaLayout{planOf(0.01), 1, kOne}), std::invalid_argument);
  CHECK_THROWS_AS((AriaLayout{planOf(std::nan("")), 1, kOne}), std::invalid_argument);
}
