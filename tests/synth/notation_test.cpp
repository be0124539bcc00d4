#include "synth/studio/notation.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

namespace antiphon::synth {
namespace {

constexpr Tick kStep{120};

Written steps(std::string text, Tick step = kUsualStep) { return {Written::As::steps, step, std::move(text)}; }
Written notes(std::string text, Tick step = kUsualNote) { return {Written::As::notes, step, std::move(text)}; }

std::string complaint(const Written& written) {
  try {
    patternOf(written, 36);
  } catch (const NotationError& error) {
    return error.what();
  }
  return {};
}

SCENARIO("A drum's pattern is written in steps") {
  GIVEN("a bar with hits, an accent, soft ones, rests and one that is held") {
    const Pattern pattern = patternOf(steps("x.X- | 37 ."), 36);
    THEN("each stroke stands on its step, as hard as it says") {
      CHECK(pattern.length == 7 * kStep);
      CHECK(pattern.strokes == std::vector<Stroke>{{0 * kStep, kStep, 36, 0.8f},
                                                   {2 * kStep, 2 * kStep, 36, 1.0f},
                                                   {4 * kStep, kStep, 36, 3 / 9.0f},
                                                   {5 * kStep, kStep, 36, 7 / 9.0f}});
    }
  }
  GIVEN("triplets") {
    THEN("three steps are a quarter") { CHECK(patternOf(steps("x..", *stepCalled("1/8t")), 36).length == kQuarter); }
  }
  GIVEN("a tie with nothing before it") {
    THEN("it is a rest") {
      const Pattern pattern = patternOf(steps("-x.-"), 36);
      CHECK(pattern.length == 4 * kStep);
      CHECK(pattern.strokes == std::vector<Stroke>{{kStep, kStep, 36, 0.8f}});
    }
  }
}

SCENARIO("A melody is written in notes") {
  GIVEN("the bass of a deep groove") {
    const Pattern pattern = patternOf(notes("C2 C2 G2 Eb2"), 0);
    THEN("it is four quarters") {
      CHECK(pattern.length == 4 * kQuarter);
      REQUIRE(pattern.strokes.size() == 4);
      CHECK(pattern.strokes[0].key == 36);
      CHECK(pattern.strokes[2].key == 43);
      CHECK(pattern.strokes[3].key == 39);
      CHECK(pattern.strokes[3].at == 3 * kQuarter);
    }
  }
  GIVEN("lengths, how hard, rests, ties and a chord") {
    const Pattern pattern = patternOf(notes("C2:2/60 .:0.5 | [G3 C3 E3 C3]:1.5/127 - f#4"), 0);
    THEN("all of it is heeded") {
      CHECK(pattern.length == 6 * kQuarter);
      CHECK(pattern.strokes == std::vector<Stroke>{{Tick{0}, 2 * kQuarter, 36, 60 / 127.0f},
                                                   {Tick{1200}, Tick{1200}, 48, 1.0f},
                                                   {Tick{1200}, Tick{1200}, 52, 1.0f},
                                                   {Tick{1200}, Tick{1200}, 55, 1.0f},
                                                   {5 * kQuarter, kQuarter, 66, 0.8f}});
    }
  }
}

TEST_CASE("what is written wrongly is answered with what is meant", "[notation]") {
  CHECK(complaint(steps("x..y")) == "a step is x, X, 1 to 9, . or -, not 'y': x...X.-x 37|");
  CHECK(complaint(steps("")) == "nothing is written: say for instance x...x... or C2 . Eb2:2");
  CHECK(complaint(notes("C2 H2")) == "a note is written like C2, Eb3 or F#4, from C-1 to G9, not 'H2'");
  CHECK(complaint(notes("A9")) == "a note is written like C2, Eb3 or F#4, from C-1 to G9, not 'A9'");
  CHECK(complaint(notes("C2:0")) == "a length is so many steps, up to 1024, not '0'");
  CHECK(complaint(notes("C2:2:3")) == "'C2:2:3' is written like C2:2/60");
  CHECK(complaint(notes("C2/200")) == "how hard is 1 to 127, not '200'");
  CHECK(complaint(notes("[C2 E2")) == "a chord is left open: a ] is missing");
  CHECK(complaint(notes("[]")) == "a chord has notes in it: [C3 E3 G3]");
  CHECK(complaint(notes("[C2]x")) == "behind ] stands : or / or a space, not 'x'");
  CHECK(complaint(notes("-:2")) == "- is one step; write as many as you want");
  CHECK(complaint(notes("C2:1024 C2:1024 C2:1024 C2:1024 C2:1024", 4 * kQuarter)) ==
        "a pattern is at most 4096 quarters long");
}

TEST_CASE("steps have the names that musicians give them", "[notation]") {
  CHECK(stepCalled("1/16") == Tick{120});
  CHECK(stepCalled("1/8t") == Tick{160});
  CHECK(stepCalled("1/4d") == Tick{720});
  CHECK(stepCalled("3/16") == Tick{360});
  for (const char* wrong : {"", "/", "1/", "/4", "1/0", "0/4", "1/7", "1/16x", "17", "65/1", "1/193", "1/96t", "1//4"})
    CHECK_FALSE(stepCalled(wrong));
  REQUIRE(rc::check("a step's name is that step's", [] {
    const Tick step{*rc::gen::inRange<std::int64_t>(10, 7681)};
    const auto again = stepCalled(nameOf(step));
    if (again) RC_ASSERT(*again == step);
    else RC_ASSERT(step.count % 10 != 0 || (4 * kQuarter.count) % step.count != 0);
  }));
}

TEST_CASE("whatever is typed is a pattern or a sentence", "[notation]") {
  REQUIRE(rc::check("any text", [](bool asNotes) {
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"xX19.-| CDb#2:/[]-0é\x01"}));
    Written written = asNotes ? notes(text) : steps(text);
    try {
      const Pattern pattern = patternOf(written, 40);
      RC_ASSERT(pattern.length > Tick{});
      Tick last{};
      for (const Stroke& stroke : pattern.strokes) {
        RC_ASSERT(stroke.at >= last);
        RC_ASSERT(stroke.length > Tick{});
        RC_ASSERT(stroke.at + stroke.length <= pattern.length);
        RC_ASSERT(stroke.key >= 0 && stroke.key <= 127);
        RC_ASSERT(stroke.force > 0 && stroke.force <= 1);
        last = stroke.at;
      }
    } catch (const NotationError& error) {
      RC_ASSERT(std::string{error.what()}.size() < 120);
    }
  }));
}

}  // namespace
}  // namespace antiphon::synth
