#include "synth/studio/sequencer.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "synth/studio/notation.hpp"

namespace antiphon::synth {
namespace {

constexpr NodeId kDrum{7}, kBass{8};
constexpr Tick kBar = 4 * kQuarter;

Pattern steps(std::string text, Tick step = kUsualStep) {
  return patternOf({Written::As::steps, step, std::move(text)}, 36);
}
Pattern notes(std::string text, Tick step = kUsualNote) {
  return patternOf({Written::As::notes, step, std::move(text)}, 0);
}

/// Plays a sequencer as a machine does, cell by cell.
struct Stage {
  Sequencer sequencer{SampleRate{48000}};
  Transport time{.tempo = 120, .beat = 0, .running = true};
  Frame now{};
  std::vector<Sequencer::Due> played{};

  Stage() {
    sequencer.aim(0, kDrum);
    sequencer.aim(1, kBass);
  }
  void run(double seconds, int frames = kBlock) {
    const Frame end = now + std::llround(seconds * 48000);
    while (now < end) {
      const auto count = static_cast<int>(std::min<std::int64_t>(frames, end - now));
      for (const auto& due : sequencer.due(time, now, now + count)) played.push_back(due);
      if (time.running) time.beat += count * time.tempo / 60 / 48000;
      now = now + count;
    }
  }
  std::vector<std::int64_t> struck(NodeId node = kDrum) const {
    std::vector<std::int64_t> frames;
    for (const auto& due : played) {
      // What is on the next cell's first frame may be found in this one.
      if (due.node == node && due.gesture.kind == Gesture::Kind::keyDown && due.at < now)
        frames.push_back(due.at.value);
    }
    return frames;
  }
  int sounding() const {
    int keys = 0;
    for (const auto& due : played) keys += due.gesture.kind == Gesture::Kind::keyDown ? 1 : -1;
    return keys;
  }
};

SCENARIO("PANSWER-3 What is played once begins with its beginning, wherever that is") {
  GIVEN("four on the floor, and two bars that are struck on their downbeat alone") {
    const Pattern floor = steps("x...x...x...x..."), once = steps("X...............................");
    Stage stage;
    stage.sequencer.play(0, &floor, kBar);
    WHEN("they are asked for in the first bar") {
      stage.run(1);
      CHECK(stage.sequencer.playOnce(0, &once, kBar, 2 * kBar));
      stage.run(7.9);
      THEN("they come in the second and third, and then it is as it was") {
        CHECK(stage.struck() ==
              std::vector<std::int64_t>{0, 24000, 48000, 72000, 96000, 288000, 312000, 336000, 360000, 384000, 408000});
        const Pattern* gone = nullptr;
        CHECK(stage.sequencer.retired(gone));
        CHECK(gone == &once);
      }
    }
    WHEN("they are asked for while the music stands still") {
      stage.time.running = false;
      stage.run(1);
      CHECK(stage.sequencer.playOnce(0, &once, kBar, 2 * kBar));
      stage.run(1);
      stage.time.running = true;
      stage.run(5);
      THEN("they are what it begins with") {
        CHECK(stage.struck() == std::vector<std::int64_t>{96000, 288000, 312000});
      }
    }
    WHEN("something else is to come with the same bar") {
      const Pattern fast = steps("xxxx");
      stage.run(1);
      stage.sequencer.play(0, &fast, kBar);
      CHECK(stage.sequencer.playOnce(0, &once, kBar, 2 * kBar));
      stage.run(5.4);
      THEN("that is what goes on behind them") {
        CHECK(stage.struck() ==
              std::vector<std::int64_t>{0, 24000, 48000, 72000, 96000, 288000, 294000, 300000, 306000});
      }
      AND_WHEN("they are asked for again while they are played") {
        const Pattern again = steps("x...............");
        stage.run(1);  // they have ended: once more, and again behind that
        CHECK(stage.sequencer.playOnce(0, &once, kBar, 2 * kBar));
        stage.run(3);
        CHECK(stage.sequencer.playOnce(0, &again, kBar, kBar));
        const auto before = stage.struck().size();
        stage.run(4);
        THEN("they follow without a gap") {
          const auto struck = stage.struck();
          REQUIRE(struck.size() > before + 1);
          CHECK(struck[before] == 576000);
          CHECK(struck[before + 1] == 672000);
        }
      }
      AND_WHEN("all of it is stopped") {
        CHECK(stage.sequencer.playOnce(0, &once, kBar, 2 * kBar));
        stage.sequencer.play(0, nullptr, kBar);
        const auto before = stage.struck().size();
        stage.run(1.6);
        const auto untilBar = stage.struck().size();
        stage.run(6);
        THEN("nothing comes behind it") {
          CHECK(untilBar > before);
          CHECK(stage.struck().size() == untilBar);
        }
      }
    }
    WHEN("the music jumps while they are played") {
      stage.run(1);
      CHECK(stage.sequencer.playOnce(0, &once, kBar, 2 * kBar));
      stage.run(1.5);
      stage.time.beat = 64;
      stage.run(1.9);
      THEN("from the next bar on it is as it was") {
        const auto struck = stage.struck();
        CHECK(struck.back() > 5 * 24000);
        CHECK((struck.back() - 120000) % 24000 == 0);
      }
    }
  }
  GIVEN("a track that plays nothing") {
    const Pattern once = steps("x...............");
    Stage stage;
    WHEN("something is played once on it") {
      CHECK(stage.sequencer.playOnce(0, &once, kBar, kBar));
      CHECK(stage.sequencer.sounds(0));
      stage.run(5);
      THEN("it is silent again, and free") {
        CHECK(stage.struck() == std::vector<std::int64_t>{0});
        CHECK_FALSE(stage.sequencer.sounds(0));
      }
    }
  }
}

SCENARIO("A pattern is played on the beat, round after round") {
  GIVEN("four on the floor at 120 BPM") {
    const Pattern floor = steps("x...x...x...x...");
    Stage stage;
    stage.sequencer.play(0, &floor, kBar);
    WHEN("two bars are played") {
      stage.run(4);
      THEN("each quarter is struck, to the frame, and each key is let go a step later") {
        CHECK(stage.struck() == std::vector<std::int64_t>{0, 24000, 48000, 72000, 96000, 120000, 144000, 168000});
        CHECK(stage.sounding() == 0);
        CHECK(stage.played[1].at.value == 6000);
      }
    }
    WHEN("the music begins in the middle of a bar") {
      stage.time.beat = 1.5;
      stage.run(1);
      THEN("the next bar brings it") { CHECK(stage.struck().empty()); }
    }
    WHEN("it has begun some milliseconds before anybody hears of it") {
      stage.time.beat = 0.02;
      stage.run(0.9);
      THEN("its first stroke is late, and not missing") {
        REQUIRE(stage.struck().size() == 2);
        CHECK(stage.struck()[0] == 0);
        CHECK(stage.struck()[1] == 24000 - 480);
      }
    }
    WHEN("it stands still") {
      stage.time.running = false;
      stage.run(4);
      THEN("nobody plays") { CHECK(stage.played.empty()); }
    }
  }
}

SCENARIO("A pattern that is written anew comes in on the bar") {
  GIVEN("a bass that plays whole bars, and another pattern in the middle of one") {
    const Pattern first = notes("C2:4"), second = notes("G2 G2 G2 G2");
    Stage stage;
    stage.sequencer.play(1, &first, kBar);
    stage.run(1);
    stage.sequencer.play(1, &second, kBar);
    stage.run(3);
    THEN("the note that was begun is played to its end") {
      REQUIRE(stage.struck(kBass) == std::vector<std::int64_t>{0, 96000, 120000, 144000, 168000});
      CHECK(stage.played[1].gesture.kind == Gesture::Kind::keyUp);
      CHECK(stage.played[1].gesture.key == 36);
      CHECK(stage.played[1].at.value == 96000);
      const Pattern* back = nullptr;
      REQUIRE(stage.sequencer.retired(back));
      CHECK(back == &first);
      CHECK_FALSE(stage.sequencer.retired(back));
    }
    AND_WHEN("it is told to be silent") {
      stage.sequencer.play(1, nullptr, kQuarter);
      stage.run(2);
      THEN("so it is from the next quarter on") {
        CHECK(stage.struck(kBass).size() == 5);
        CHECK(stage.sounding() == 0);
        CHECK_FALSE(stage.sequencer.sounds(1));
      }
    }
  }
}

SCENARIO("Patterns of different lengths run against each other") {
  GIVEN("three against four") {
    const Pattern three = steps("x.."), four = steps("x...");
    Stage stage;
    stage.sequencer.play(0, &three, kBar);
    stage.sequencer.play(1, &four, kBar);
    stage.run(2);
    THEN("each keeps its own round") {
      CHECK(stage.struck(kDrum) == std::vector<std::int64_t>{0, 18000, 36000, 54000, 72000, 90000});
      CHECK(stage.struck(kBass) == std::vector<std::int64_t>{0, 24000, 48000, 72000});
    }
    AND_WHEN("the song position is moved") {
      Stage elsewhere;
      elsewhere.sequencer.play(0, &three, kBar);
      elsewhere.time.beat = 400;
      elsewhere.run(0.5);
      stage.time.beat = 400;
      stage.played.clear();
      const std::int64_t begin = stage.now.value;
      stage.run(0.5);
      THEN("it is played as from there it always is") {
        auto there = stage.struck();
        for (auto& frame : there) frame -= begin;
        CHECK(there == elsewhere.struck());
        CHECK(there == std::vector<std::int64_t>{12000});
      }
    }
  }
}

SCENARIO("What is held when the music stops is let go") {
  GIVEN("a chord of four bars") {
    const Pattern chord = notes("[C3 E3 G3]:16");
    Stage stage;
    stage.sequencer.play(1, &chord, kBar);
    stage.run(1);
    CHECK(stage.sounding() == 3);
    WHEN("it stops") {
      stage.time.running = false;
      stage.run(0.1);
      THEN("all is silent") { CHECK(stage.sounding() == 0); }
    }
    WHEN("it jumps") {
      stage.time.beat = 4;
      stage.run(0.1);
      THEN("what was held ends, and nothing begins in its middle") {
        CHECK(stage.sounding() == 0);
        CHECK(stage.struck(kBass).size() == 3);
      }
    }
  }
}

SCENARIO("Swing makes every second sixteenth late") {
  GIVEN("sixteenths, swung to 60 %") {
    const Pattern hats = steps("x");
    Stage stage;
    stage.sequencer.feel({.swing = 0.6f});
    stage.sequencer.play(0, &hats, kBar);
    stage.run(0.5);
    THEN("they are, and the eighths stay where they are") {
      const auto frames = stage.struck();
      REQUIRE(frames.size() == 4);
      CHECK(frames[0] == 0);
      CHECK(std::abs(frames[1] - 7200) <= 1);
      CHECK(frames[2] == 12000);
      CHECK(std::abs(frames[3] - 19200) <= 1);
    }
  }
}

SCENARIO("A hand that is not quite even strikes one key faster than it is exact") {
  GIVEN("strokes of 5 ms, humanized by 50 ms") {
    const Pattern roll = notes("C2:0.02");
    Stage stage;
    stage.sequencer.feel({.humanize = 0.05f});
    stage.sequencer.play(0, &roll, kBar);
    stage.run(5);
    stage.time.running = false;
    stage.run(0.2);
    THEN("no key comes up before it goes down") {
      std::int64_t down = -1;
      for (const auto& due : stage.played) {
        if (due.gesture.kind == Gesture::Kind::keyDown) {
          CHECK(down == -1);
          down = due.at.value;
        } else {
          CHECK(due.at.value >= down);
          down = -1;
        }
      }
      CHECK(stage.struck().size() > 400);
      CHECK(down == -1);
    }
  }
}

SCENARIO("A hand that is not quite even") {
  GIVEN("quarters, humanized by 8 ms") {
    const Pattern floor = steps("x...");
    Stage stage;
    stage.sequencer.feel({.humanize = 0.008f});
    stage.sequencer.play(0, &floor, kBar);
    stage.run(49.9);
    THEN("they are early and late by up to 8 ms, and none is missing") {
      const auto frames = stage.struck();
      REQUIRE(frames.size() == 100);
      std::int64_t most = 0, least = 0;
      for (std::size_t i = 1; i < frames.size(); ++i) {
        const std::int64_t off = frames[i] - static_cast<std::int64_t>(i) * 24000;
        most = std::max(most, off);
        least = std::min(least, off);
      }
      CHECK(most > 250);
      CHECK(most <= 385);
      CHECK(least < -250);
      CHECK(least >= -385);
    }
  }
}

TEST_CASE("each onset is where the clock says, whatever the clock's jitter and however frames are asked for",
          "[sequencer]") {
  REQUIRE(rc::check("sixteenths under a clock that is put right", [] {
    const int frames = *rc::gen::inRange(1, 33);
    const double tempo = *rc::gen::inRange(40, 300);
    const auto nudges = *rc::gen::container<std::vector<int>>(40, rc::gen::inRange(-90, 91));  // frames
    const Pattern hats = steps("x");
    Stage stage;
    stage.time.tempo = tempo;
    stage.sequencer.play(0, &hats, kBar);
    const double perFrame = tempo / 60 / 48000;
    double off = 0;
    std::map<std::int64_t, double> beatAt;  // as the clock said when the cell was made
    std::vector<std::int64_t> missed;
    for (const int nudge : nudges) {
      stage.time.beat += nudge * perFrame * (stage.now.value > 0 ? 1 : 0);
      off += nudge;
      const Frame begin = stage.now;
      const double beat = stage.time.beat;
      const std::size_t before = stage.played.size();
      stage.run(0.02, frames);
      for (std::size_t i = before; i < stage.played.size(); ++i) {
        if (stage.played[i].gesture.kind != Gesture::Kind::keyDown) continue;
        const double there = beat + static_cast<double>(stage.played[i].at - begin) * perFrame;
        const double sixteenth = std::round(there * 4) / 4, late = (there - sixteenth) / perFrame;
        // One that the clock has skipped comes as soon as it can.
        RC_ASSERT(late > -1.0);
        RC_ASSERT(late < 1.0 || (stage.played[i].at == begin && late < 180));
      }
    }
    const auto struck = stage.struck();
    RC_ASSERT(static_cast<double>(struck.size()) == std::max(1.0, std::ceil((stage.time.beat - 1e-7) * 4)));
    for (std::size_t i = 1; i < struck.size(); ++i) RC_ASSERT(struck[i] > struck[i - 1]);
  }));
}

TEST_CASE("no key hangs, whatever is told to the sequencer", "[sequencer]") {
  REQUIRE(rc::check("orders, then a stop", [] {
    struct Order {
      int what, track, which;
      double beat;
    };
    const std::array<Pattern, 4> patterns{steps("x-x.X"), notes("[C2 E2]:3 G2 ."), notes("C2:0.1 C2:7"), steps("....")};
    std::array<Pattern, 4> copies = patterns;
    Stage stage;
    stage.sequencer.feel({.swing = 0.66f, .humanize = 0.01f});
    const int orders = *rc::gen::inRange(1, 40);
    for (int i = 0; i < orders; ++i) {
      const int what = *rc::gen::inRange(0, 6), track = *rc::gen::inRange(0, 2), which = *rc::gen::inRange(0, 5);
      switch (what) {
        case 0:
          stage.sequencer.play(track, which == 4 ? nullptr : &copies[static_cast<std::size_t>(which)],
                               Tick{*rc::gen::element(0, 120, 480, 1920)});
          break;
        case 1: stage.sequencer.aim(track, NodeId{static_cast<std::uint64_t>(7 + which)}); break;
        case 2: stage.sequencer.mute(track, which % 2 == 0); break;
        case 3: stage.time.beat = which * 1.7; break;
        case 4: stage.time.running = which != 0; break;
        default: stage.time.tempo = 60 + 40 * which;
      }
      stage.run(0.05 * (1 + which), 32 - 5 * which);
    }
    stage.time.running = false;
    stage.run(0.1);
    std::map<std::pair<std::uint64_t, float>, std::int64_t> down;  // since when
    for (const auto& due : stage.played) {
      const auto key = std::pair{due.node.value, due.gesture.key};
      if (due.gesture.kind == Gesture::Kind::keyDown) {
        RC_ASSERT(!down.contains(key));
        down[key] = due.at.value;
      } else {
        RC_ASSERT(down.contains(key));
        RC_ASSERT(due.at.value >= down[key]);
        down.erase(key);
      }
    }
    RC_ASSERT(down.empty());
  }));
}

}  // namespace
}  // namespace antiphon::synth
