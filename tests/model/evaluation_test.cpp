#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "model/evaluation/statistics.hpp"
#include "model/pace.hpp"

using namespace antiphon;

namespace {

native::Window cMajor() {
  native::Window w;
  w.call = {{4, 4}, 2, {}};
  w.answer = {{4, 4}, 2, {}};
  constexpr std::array<std::uint8_t, 8> kScale{60, 62, 64, 65, 67, 69, 71, 72};
  for (std::uint16_t i = 0; i < 8; ++i) {
    const GridNote note{static_cast<std::uint16_t>(i / 4), static_cast<std::uint8_t>(i % 4 * 24), kScale[i], 20, 10};
    w.call.notes.push_back(note);
    w.answer.notes.push_back({note.bar, note.pulse, kScale[7u - i], 20, 10});
  }
  return w;
}

}  // namespace

SCENARIO("An answer is judged beside the person's") {
  const native::Window human = cMajor();
  TurnStatistics s;
  WHEN("it is the person's own") {
    count(s, human, human.answer, nullptr);
    CHECK(s.inKey == s.pitched);
    CHECK(s.filled == s.bars);
    CHECK(s.densityOk == 1);
    CHECK(s.copied == 0);
    CHECK(s.broken == 0);
  }
  WHEN("it is the call once more") {
    count(s, human, human.call, nullptr);
    CHECK(s.copied == 1);
  }
  WHEN("it is one wrong note") {
    count(s, human, {{4, 4}, 2, {{0, 0, 61, 5, 5}}}, nullptr);
    CHECK(s.inKey == 0);
    CHECK(s.filled == 1);
    CHECK(s.densityOk == 0);
  }
  WHEN("it is longer than was asked for, or out of order") {
    count(s, human, {{4, 4}, 3, {}}, nullptr);
    count(s, human, {{4, 4}, 2, {{1, 0, 60, 5, 5}, {0, 0, 60, 5, 5}}}, nullptr);
    CHECK(s.broken == 2);
  }
}

TEST_CASE("Runs that were learnt are found again, wherever they begin") {
  KnownRuns known;
  std::vector<GridNote> tune, later;
  for (std::uint16_t i = 0; i < 12; ++i) {
    tune.push_back({static_cast<std::uint16_t>(i / 4), static_cast<std::uint8_t>(i % 4 * 24),
                    static_cast<std::uint8_t>(60 + i * 7 % 12), 5, 5});
    later.push_back(tune.back());
    later.back().bar = static_cast<std::uint16_t>(later.back().bar + 9);
  }
  known.learn(tune, {4, 4});
  for (const auto run : runsOf(later, {4, 4})) CHECK(known.knows(run));
  later[6].pitch = 90;
  std::size_t found = 0;
  for (const auto run : runsOf(later, {4, 4})) found += known.knows(run);
  CHECK(found == 0);
}

TEST_CASE(
    "Pace leans towards near places when behind, towards far ones when ahead, and leaves the model alone in between") {
  const auto leaned = [](const Pace& pace, int notes) {
    std::vector<float> logits(native::kNextChoices, 0.0f);
    pace.lean(logits, 0, 96, notes, 96);
    return logits;
  };
  const Pace pace{2.0, 0.2, 16};  // eight notes a bar, six or seven more or less
  const auto behind = leaned(pace, 0), ahead = leaned(pace, 40), even = leaned(pace, 8), none = leaned(Pace{}, 0);
  CHECK(behind[native::kNextSame] > behind[12]);
  CHECK(behind[1] == behind[6]);  // to stumble catches up no better
  CHECK(behind[12] > behind[48]);
  CHECK(behind[48] > behind[native::kNextBar]);
  CHECK(ahead[12] < ahead[48]);
  CHECK(even[12] == 0.0f);
  CHECK(even[48] == 0.0f);
  CHECK(std::ranges::all_of(none, [](float logit) { return logit == 0.0f; }));
  CHECK(std::ranges::all_of(ahead, [](float logit) { return std::isfinite(logit); }));
}
