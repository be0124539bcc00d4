#include "synth/studio/notation.hpp"

#include <rapidcheck.h>
#include <algorithm>
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

SCENARIO("A note sounds longer or shorter than it takes") {
  GIVEN("a pedal point with a melody above it and a short last note") {
    const Pattern pattern = patternOf(notes("C2:0~4 E4 G4:2~1/60 [C5 E5]~0.5"), 0);
    THEN("what takes no time begins with what is behind it") {
      CHECK(pattern.length == 4 * kQuarter);
      CHECK(pattern.strokes == std::vector<Stroke>{{Tick{0}, 4 * kQuarter, 36, 0.8f},
                                                   {Tick{0}, kQuarter, 64, 0.8f},
                                                   {kQuarter, kQuarter, 67, 60 / 127.0f},
                                                   {3 * kQuarter, Tick{240}, 72, 0.8f},
                                                   {3 * kQuarter, Tick{240}, 76, 0.8f}});
      AND_THEN("it is written down again as it was read") {
        CHECK(writtenFrom(pattern).text == "C2:0~4 E4 G4/60 . [C5 E5]:0.5 .:0.5");
      }
    }
  }
}

TEST_CASE("a drum's strokes are written in steps where they fall on them", "[notation]") {
  const Written hats = steps("x.X- | 37 .");
  CHECK(drumWrittenFrom(patternOf(hats, 36)).text == "x.X.37.");
  CHECK(nameOf(drumWrittenFrom(patternOf(steps("x..x", *stepCalled("1/8t")), 36)).step) == "1/8t");
  Pattern rushed = patternOf(hats, 36);
  rushed.strokes.back().at += Tick{7};
  CHECK(drumWrittenFrom(rushed).as == Written::As::notes);
}

TEST_CASE("what is struck anywhere can be written down, and is read as it was", "[notation]") {
  REQUIRE(rc::check("any pattern", [] {
    Pattern pattern{.length = Tick{*rc::gen::inRange<std::int64_t>(1, 9000)}, .strokes = {}};
    const auto grid = *rc::gen::element<std::int64_t>(1, 20, 40, 60, 80, 120, 160, 480);
    for (int left = *rc::gen::inRange(0, 20); left > 0; --left) {
      const Tick at{*rc::gen::inRange<std::int64_t>(0, pattern.length.count) / grid * grid};
      const auto key = static_cast<float>(*rc::gen::inRange(0, 128));
      const auto force = static_cast<float>(*rc::gen::inRange(1, 128)) / 127.0f;
      if (std::ranges::none_of(pattern.strokes, [&](const Stroke& s) { return s.at == at && s.key == key; }))
        pattern.strokes.push_back({at, Tick{*rc::gen::inRange<std::int64_t>(1, 4000)}, key, force});
    }
    const auto inOrder = [](Pattern p) {
      std::ranges::sort(p.strokes, [](const Stroke& a, const Stroke& b) {
        return std::pair{a.at, a.key} < std::pair{b.at, b.key};
      });
      return p;
    };
    std::ranges::sort(pattern.strokes, {}, &Stroke::at);
    const Pattern again = patternOf(writtenFrom(pattern), 0);
    RC_ASSERT(again.length == pattern.length);
    RC_ASSERT(inOrder(again).strokes == inOrder(pattern).strokes);
  }));
}

TEST_CASE("what is written wrongly is answered with what is meant", "[notation]") {
  CHECK(complaint(steps("x..y")) == "a step is x, X, 1 to 9, . or -, not 'y': x...X.-x 37|");
  CHECK(complaint(steps("")) == "nothing is written: say for instance x...x... or C2 . Eb2:2");
  CHECK(complaint(notes("C2 H2")) == "a note is written like C2, Eb3 or F#4, from C-1 to G9, not 'H2'");
  CHECK(complaint(notes("A9")) == "a note is written like C2, Eb3 or F#4, from C-1 to G9, not 'A9'");
  CHECK(complaint(notes("C2:0")) == "a length is so many steps, up to 1024, not '0'");
  CHECK(complaint(notes("C2:2:3")) == "'C2:2:3' is written like C2:2~1/60");
  CHECK(complaint(notes("C2~0 E2")) == "a note sounds for so many steps, up to 1024, not '0'");
  CHECK(complaint(notes(".~2")) == "a rest does not sound: write .:2");
  CHECK(complaint(notes("C2 E2:0~2")) == "the last note takes no time: only one with another behind it can be :0");
  CHECK(complaint(notes("C2/200")) == "how hard is 1 to 127, not '200'");
  CHECK(complaint(notes("[C2 E2")) == "a chord is left open: a ] is missing");
  CHECK(complaint(notes("[]")) == "a chord has notes in it: [C3 E3 G3]");
  CHECK(complaint(notes("[C2]x")) == "behind ] stands :, ~ or / or a space, not 'x'");
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
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"xX19.-| CDb#2:~/[]-0é\x01"}));
    Written written = asNotes ? notes(text) : steps(text);
    try {
      const Pattern pattern = patternOf(written, 40);
      RC_ASSERT(pattern.length > Tick{});
      Tick last{};
      for (const Stroke& stroke : pattern.strokes) {
        RC_ASSERT(stroke.at >= last);
        RC_ASSERT(stroke.length > Tick{});
        RC_ASSERT(stroke.at < pattern.length);
        RC_ASSERT(text.find('~') != std::string::npos || stroke.at + stroke.length <= pattern.length);
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
