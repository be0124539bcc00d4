#include "model/evaluation/drift.hpp"

#include <catch2/catch.hpp>

#include "model/at_once.hpp"
#include "model/echo.hpp"
#include "model/improviser.hpp"
#include "tests/model/echo_calls.hpp"

using namespace antiphon;

namespace {

std::vector<native::Window> phrases() {
  std::vector<native::Window> windows;
  EchoAnswerer echo;
  std::uint32_t turn = 1;
  for (const Phrase& prompt :
       {test::riff(), test::bluesLick(), test::chordComp(), test::sevenEight(), test::twoBars(), test::pickup()}) {
    for (const int bars : {1, 2, 4}) {
      const TurnPlan plan{{turn++, 0}, prompt.meter, prompt.bars, bars, Tempo::bpm(120), 1};
      native::Window window;
      window.call = onGrid(prompt);
      window.answer = onGrid(answerAtOnce(echo, {plan, prompt}));
      window.callPart = window.answerPart = partOfCall(window.call, false);
      windows.push_back(window);
    }
  }
  return windows;
}

}  // namespace

TEST_CASE("Smaller numbers change what the built-in model thinks by less than anyone hears") {
  using compute::Format;
  const auto exact = NativeModel::embedded({.format = Format::f32, .hands = 1})->engine(512);
  const std::vector<native::Window> windows = phrases();
  const auto driftOf = [&](Format format) {
    const auto rounded = NativeModel::embedded({.format = format, .hands = 1})->engine(512);
    Drift drift;
    for (const native::Window& window : windows) addDrift(drift, *exact, *rounded, window);
    REQUIRE(drift.choices > 500);
    REQUIRE(drift.turns == windows.size());
    return drift;
  };
  const Drift none = driftOf(Format::f32);
  CHECK(none.nats == 0);
  CHECK(none.firstBarsSame == windows.size());
  const Drift bf16 = driftOf(Format::bf16), int8 = driftOf(Format::int8), q4 = driftOf(Format::q4);
  CHECK(bf16.mean() < 1e-3);
  CHECK(int8.mean() < 5e-3);
  CHECK(int8.mean() > 0);
  CHECK(bf16.mean() < int8.mean());
  CHECK(int8.mean() < q4.mean());
  CHECK(static_cast<double>(int8.firstBarsSame) >= 0.85 * static_cast<double>(int8.turns));
  CHECK(int8.rounded.perNote() < int8.exact.perNote() * 1.01);
}
