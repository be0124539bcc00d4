#include "model/tokens/step_writer.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "model/dice.hpp"
#include "tests/model/meters.hpp"

using namespace antiphon;
using namespace antiphon::native;
using antiphon::test::allMeters;

namespace {

GridPhrase somePhrase(Meter meter, int bars, Dice& dice) {
  GridPhrase phrase{meter, bars, {}};
  const int notes = dice.roll(3 + 6 * bars), barPulses = pulsesPerBar(meter);
  for (int i = 0; i < notes; ++i) {
    // Few pulses and pitches at times, so that chords and doublets come up.
    const bool crowded = dice.chance(40);
    phrase.notes.push_back(
        {static_cast<std::uint16_t>(dice.roll(bars)), static_cast<std::uint8_t>(crowded ? 0 : dice.roll(barPulses)),
         static_cast<std::uint8_t>(crowded ? 60 + dice.roll(4) : dice.roll(128)),
         static_cast<std::uint8_t>(dice.roll(kLengthCodes)), static_cast<std::uint8_t>(dice.roll(kVelocityCodes))});
  }
  makeCanonical(phrase.notes);
  return phrase;
}

Window someWindow(Meter meter, Dice& dice) {
  Window window;
  for (int i = dice.roll(kMostTextPieces + 1); i > 0; --i) window.text.push_back(dice.roll(4000));
  window.callPart = static_cast<Part>(dice.roll(kParts));
  window.answerPart = static_cast<Part>(dice.roll(kParts));
  window.density = dice.roll(kDensityLevels + 1);
  window.call = somePhrase(meter, dice.between(1, 4), dice);
  window.answer = somePhrase(meter, dice.between(1, 20), dice);
  return window;
}

bool same(const Window& a, const Window& b) {
  return a.text == b.text && a.callPart == b.callPart && a.answerPart == b.answerPart && a.density == b.density &&
         a.call == b.call && a.answer == b.answer;
}

}  // namespace

TEST_CASE("a window comes back from its steps, in every metre") {
  Dice dice{1};
  int windows = 0;
  for (const Meter meter : allMeters()) {
    for (int i = 0; i < 12; ++i, ++windows) {
      const Window window = someWindow(meter, dice);
      const auto steps = encode(window);
      if (!same(decode(steps), window)) FAIL(meter.text());
      const std::size_t expected = window.text.size() + 1 +
                                   static_cast<std::size_t>(window.call.bars + window.answer.bars) +
                                   window.call.notes.size() + window.answer.notes.size();
      if (steps.size() != expected) FAIL(meter.text());
    }
  }
  REQUIRE(windows >= 1000);
}

TEST_CASE("steps name rows of their own columns, time ascends, and each step knows where the next one stands") {
  Dice dice{2};
  for (const Meter meter : allMeters()) {
    const Window window = someWindow(meter, dice);
    const auto steps = encode(window);
    const std::size_t header = window.text.size();
    for (std::size_t i = header + 1; i < steps.size(); ++i) {
      const Step& s = steps[i];
      REQUIRE(s.time >= steps[i - 1].time);
      REQUIRE((s.in[part] >= kPartRow && s.in[part] < kPartRow + kParts));
      const bool answers = s.in[barsLeft] != kCallBarRow;
      REQUIRE((s.in[density] != kNothing) == answers);
      REQUIRE((s.in[beats] != kNothing) == (s.in[what] == kBarRow));
      const std::int16_t next = s.out[nextHead];
      if (i + 1 == steps.size() || steps[i + 1].in[what] == kBarRow) {
        REQUIRE(next == kNextBar);
      } else if (next == kNextSame) {
        REQUIRE(steps[i + 1].in[what] == s.in[what]);
        REQUIRE(steps[i + 1].out[pitchHead] > s.out[pitchHead]);
      } else {
        REQUIRE(steps[i + 1].in[what] == kPulseRow + next);
      }
    }
  }
}

TEST_CASE("steps that are no window are refused") {
  REQUIRE_THROWS_AS(decode({}), std::invalid_argument);
  Dice dice{3};
  auto steps = encode(someWindow({4, 4}, dice));
  auto headless = steps;
  std::erase_if(headless, [](const Step& s) { return s.in[what] == kHeaderRow; });
  REQUIRE_THROWS_AS(decode(headless), std::invalid_argument);
  for (Step& s : steps) {
    if (s.in[what] == kBarRow) s.in[what] = kSameRow;
  }
  REQUIRE_THROWS_AS(decode(steps), std::invalid_argument);
}

TEST_CASE("what is on the grid stays where it is") {
  Dice dice{4};
  for (const Meter meter : allMeters()) {
    for (int i = 0; i < 10; ++i) {
      const GridPhrase phrase = somePhrase(meter, dice.between(1, 8), dice);
      if (!(onGrid(offGrid(phrase, 3)) == phrase)) FAIL(meter.text());
    }
  }
}

TEST_CASE("any playing becomes canonical notes inside the phrase") {
  REQUIRE(rc::check([] {
    const auto meters = allMeters();
    Phrase phrase{meters[*rc::gen::inRange<std::size_t>(0, meters.size())], *rc::gen::inRange(1, 9), {}};
    for (int i = *rc::gen::inRange(0, 50); i > 0; --i) {
      phrase.notes.push_back({Tick{*rc::gen::inRange<std::int64_t>(-30, phrase.length().count + 30)},
                              Tick{*rc::gen::inRange<std::int64_t>(1, 6000)}, *rc::gen::inRange<std::uint8_t>(0, 128),
                              *rc::gen::inRange<std::uint8_t>(1, 128), 0});
    }
    const GridPhrase grid = onGrid(phrase);
    for (std::size_t i = 0; i < grid.notes.size(); ++i) {
      const GridNote& note = grid.notes[i];
      RC_ASSERT(note.bar < grid.bars);
      RC_ASSERT(note.pulse < pulsesPerBar(grid.meter));
      RC_ASSERT(note.length < kLengthCodes);
      RC_ASSERT(note.velocity < kVelocityCodes);
      if (i == 0) continue;
      const GridNote& before = grid.notes[i - 1];
      RC_ASSERT(std::tie(before.bar, before.pulse, before.pitch) < std::tie(note.bar, note.pulse, note.pitch));
    }
    RC_ASSERT(onGrid(offGrid(grid, 0)) == grid);
  }));
}

TEST_CASE("of doublets the longest stays, at the loudest") {
  std::vector<GridNote> notes{{0, 6, 60, 3, 9}, {0, 0, 64, 1, 1}, {0, 6, 60, 8, 2}, {0, 6, 59, 0, 0}};
  makeCanonical(notes);
  REQUIRE(notes == std::vector<GridNote>{{0, 0, 64, 1, 1}, {0, 6, 59, 0, 0}, {0, 6, 60, 8, 9}});
}

TEST_CASE("lengths are rounded to the nearest, half way up") {
  std::set<int> known;
  for (int code = 0; code < kLengthCodes; ++code) {
    REQUIRE(lengthCode(lengthPulses(code)) == code);
    known.insert(lengthPulses(code));
  }
  REQUIRE(known.size() == kLengthCodes);
  REQUIRE(*known.begin() == 1);
  REQUIRE(*known.rbegin() == kMostBarPulses);
  for (int pulses = 1; pulses <= kMostBarPulses; ++pulses) {
    const int rounded = lengthPulses(lengthCode(pulses));
    for (const int other : known) {
      REQUIRE(std::abs(rounded - pulses) <= std::abs(other - pulses));
      if (std::abs(rounded - pulses) == std::abs(other - pulses)) REQUIRE(rounded >= other);
    }
    REQUIRE(lengthCode(pulses) >= lengthCode(pulses - 1));
  }
  REQUIRE(lengthCode(-5) == 0);
  REQUIRE(lengthCode(1'000'000'000'000) == kLengthCodes - 1);
}

TEST_CASE("velocities are rounded to the nearest, half way up") {
  for (int code = 0; code < kVelocityCodes; ++code) REQUIRE(velocityCode(velocityOf(code)) == code);
  for (int velocity = 1; velocity <= 127; ++velocity) {
    const int rounded = velocityOf(velocityCode(velocity));
    for (int code = 0; code < kVelocityCodes; ++code) {
      REQUIRE(std::abs(rounded - velocity) <= std::abs(velocityOf(code) - velocity));
    }
    if (velocity > 1) REQUIRE(velocityCode(velocity) >= velocityCode(velocity - 1));
  }
  REQUIRE(velocityCode(8) == 1);
  REQUIRE(velocityCode(0) == 0);
  REQUIRE(velocityCode(200) == kVelocityCodes - 1);
}

TEST_CASE("onsets go to the nearest pulse, half way up") {
  REQUIRE(pulseOf(Tick{9}) == 0);
  REQUIRE(pulseOf(Tick{10}) == 1);
  REQUIRE(pulseOf(Tick{-10}) == 0);
  REQUIRE(pulseOf(Tick{-11}) == -1);
}

TEST_CASE("density has eight levels, from notes in a quarter") {
  REQUIRE(densityLevel(0, {4, 4}, 4) == 1);
  REQUIRE(densityLevel(7, {4, 4}, 4) == 1);
  REQUIRE(densityLevel(8, {4, 4}, 4) == 2);   // 0.5
  REQUIRE(densityLevel(16, {4, 4}, 4) == 4);  // 1
  REQUIRE(densityLevel(32, {4, 4}, 4) == 6);  // 2
  REQUIRE(densityLevel(72, {4, 4}, 4) == 8);  // 4.5
  REQUIRE(densityLevel(9000, {4, 4}, 4) == 8);
  REQUIRE(densityLevel(3, {6, 8}, 1) == densityLevel(6, {3, 4}, 2));
  for (std::size_t notes = 1; notes < 100; ++notes) {
    REQUIRE(densityLevel(notes, {7, 8}, 3) >= densityLevel(notes - 1, {7, 8}, 3));
  }
  REQUIRE(densityLevelOf(0) == 1);
  REQUIRE(densityLevelOf(0.5) == 5);
  REQUIRE(densityLevelOf(1) == kDensityLevels);
  REQUIRE(densityLevelOf(-1) == 1);
  REQUIRE(densityLevelOf(7) == kDensityLevels);
}

TEST_CASE("the model speaks metres of up to eight quarters") {
  REQUIRE(speaksMeter({4, 4}));
  REQUIRE(speaksMeter({8, 4}));
  REQUIRE_FALSE(speaksMeter({9, 4}));
  REQUIRE(speaksMeter({2, 1}));
  REQUIRE_FALSE(speaksMeter({3, 1}));
  REQUIRE(speaksMeter({16, 8}));
  REQUIRE_FALSE(speaksMeter({17, 8}));
  REQUIRE(speaksMeter({64, 32}));
  REQUIRE_FALSE(speaksMeter({65, 32}));
  REQUIRE(speaksMeter({1, 32}));
  REQUIRE_FALSE(speaksMeter({0, 4}));
  REQUIRE_FALSE(speaksMeter({4, 0}));
  REQUIRE_FALSE(speaksMeter({4, 64}));
  for (const Meter meter : allMeters()) REQUIRE(parseMeter(meter.text()).has_value());
  REQUIRE(allMeters().size() == 2 + 4 + 8 + 16 + 32 + 64);
}
