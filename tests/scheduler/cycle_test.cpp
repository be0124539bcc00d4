#include <catch2/catch.hpp>

#include "tests/support/stage.hpp"

using namespace antiphon;
using namespace antiphon::testing;

namespace {

bool within(Nanos a, Nanos b, Nanos tolerance) { return std::chrono::abs(a - b) <= tolerance; }

}  // namespace

SCENARIO("CYCLE-1 The answer begins on the pulse where the player's bar ends") {
  for (const char* metre : {"4/4", "3/4", "6/8", "7/8", "5/4", "12/8"}) {
    for (const double bpm : {60.0, 133.0, 200.0}) {
      DYNAMIC_SECTION(metre << " at " << bpm) {
        Settings settings;
        settings.meter = *parseMeter(metre);
        Stage stage{settings, bpm};
        stage.startAndRun(4);
        stage.note(0.25, Tick{100}, 60);
        stage.note(0.5, Tick{100}, 64);
        stage.runOut();

        const auto ons = stage.out.noteOns();
        REQUIRE(ons.size() == static_cast<std::size_t>(2 * settings.meter.beats));
        REQUIRE(within(ons.front().when, stage.atBar(1), 50us));
        REQUIRE(ons.back().when < stage.atBar(3));
        REQUIRE(stage.out.sounding() == 0);
        const auto phases = stage.diary.every<PhaseChanged>();
        REQUIRE(phases.size() >= 3);
        REQUIRE(phases[1].to == Phase::answering);
        REQUIRE(phases[1].at == settings.meter.bar());
        REQUIRE(phases[2].to == Phase::listening);
        REQUIRE(phases[2].at == 3 * settings.meter.bar());
      }
    }
  }
}

SCENARIO("CYCLE-2 A bar without a note is skipped") {
  Stage stage;
  stage.startAndRun(8);
  stage.note(3.1, Tick{100}, 60);
  stage.runOut();
  REQUIRE(within(stage.out.noteOns().front().when, stage.atBar(4), 50us));
  REQUIRE(stage.diary.turns().size() == 1);
}

SCENARIO("CYCLE-3 The answer waits for as many bars with notes as were asked for") {
  Settings settings;
  settings.humanMeasures = 2;
  Stage stage{settings};
  stage.startAndRun(9);
  stage.note(0.5, Tick{100}, 60);
  stage.note(2.5, Tick{100}, 62);  // bar 1 is silent
  stage.runOut();
  REQUIRE(within(stage.out.noteOns().front().when, stage.atBar(3), 50us));
  AND_THEN("the silent bar is not in the prompt") {
    REQUIRE(stage.thinker.commits.back().plan.callBars == 2);
    const auto& prompt = stage.thinker.commits.back().prompt;
    REQUIRE(prompt.size() == 2);
    REQUIRE(prompt[0].tick == Tick{960});
    REQUIRE(prompt[1].tick == Tick{1920 + 960});
  }
}

SCENARIO("CYCLE-4 At the end of the answer every note is closed and every channel used is reset") {
  Settings settings;
  settings.measures = 1;
  Stage stage{settings};
  stage.thinker.compose = [](const TurnPlan& plan) {
    return std::vector<Note>{{Tick{0}, Tick{100000}, 60, 90, 3}, {Tick{0}, plan.meter.bar(), 64, 90, 5}};
  };
  stage.startAndRun(4);
  stage.note(0.5, Tick{100}, 60);
  stage.runTo(stage.atBar(2.5));
  std::vector<MidiMessage> atTheEnd;
  for (const Sent& sent : stage.out.all) {
    if (sent.when > stage.atBar(1.5)) {
      REQUIRE(within(sent.when, stage.atBar(2), 50us));
      atTheEnd.push_back(sent.message);
    }
  }
  REQUIRE(atTheEnd == std::vector<MidiMessage>{MidiMessage::noteOff(3, 60), MidiMessage::noteOff(5, 64),
                                               MidiMessage::controller(3, 64, 0), MidiMessage::controller(3, 123, 0),
                                               MidiMessage::controller(5, 64, 0), MidiMessage::controller(5, 123, 0)});
  REQUIRE(stage.out.sounding() == 0);
}

SCENARIO("CYCLE-5 The prompt holds what was meant") {
  Stage stage;
  stage.startAndRun(4);
  GIVEN("a note held over the bar line") {
    stage.note(0.75, Tick{4000}, 60);
    stage.runOut();
    THEN("it is closed there") {
      REQUIRE(stage.thinker.commits.back().prompt == std::vector<Note>{{Tick{1440}, Tick{480}, 60, 80, 0}});
    }
  }
  GIVEN("a note that the pedal holds") {
    stage.play(stage.atBar(0.1), {0xB0, 64, 127});
    stage.note(0.25, Tick{48}, 60);
    stage.play(stage.atBar(0.75), {0xB0, 64, 0});
    stage.note(0.8, Tick{48}, 62);
    stage.runOut();
    THEN("it lasts as long as the pedal") {
      const auto& prompt = stage.thinker.commits.back().prompt;
      REQUIRE(prompt[0] == Note{Tick{480}, Tick{960}, 60, 80, 0});
      REQUIRE(prompt[1].length == Tick{48});
    }
  }
  GIVEN("more bars than the prompt may have") {
    Settings settings;
    settings.humanMeasures = 3;
    settings.promptMeasures = 2;
    settings.measures = 8;
    Stage longer{settings};
    longer.startAndRun(4);
    for (int bar = 0; bar < 3; ++bar) longer.note(bar + 0.25, Tick{100}, 60 + bar);
    longer.runOut();
    THEN("the last ones are taken, whatever the answer's length") {
      const auto& commit = longer.thinker.commits.back();
      REQUIRE(commit.plan.callBars == 2);
      REQUIRE(commit.plan.answerBars == 8);
      REQUIRE(commit.prompt.front().pitch == 61);
      REQUIRE(commit.prompt.front().tick == Tick{480});
    }
  }
}

SCENARIO("CYCLE-6 Players anticipate") {
  Stage stage;
  stage.startAndRun(8);
  GIVEN("a note three pulses before a bar that is listened to") {
    stage.note(stage.at(Tick{1920} - 3 * kPulse), 200ms, 60);
    stage.runOut();
    THEN("it belongs to that bar, on its first beat") {
      REQUIRE(within(stage.out.noteOns().front().when, stage.atBar(2), 50us));
      REQUIRE(stage.thinker.commits.back().prompt.front().tick == Tick{0});
    }
  }
  GIVEN("a note four pulses before") {
    stage.note(stage.at(Tick{1920} - 4 * kPulse), 20ms, 60);
    stage.runOut();
    THEN("it belongs to the bar it was played in") {
      REQUIRE(within(stage.out.noteOns().front().when, stage.atBar(1), 50us));
      REQUIRE(stage.thinker.commits.back().prompt.front().tick == Tick{1840});
    }
  }
  GIVEN("a note just before the end of an answer") {
    stage.note(0.5, Tick{100}, 60);
    stage.note(stage.at(Tick{3 * 1920} - 2 * kPulse), 300ms, 67);
    stage.runOut();
    THEN("it begins the next call") {
      REQUIRE(stage.diary.turns().size() == 2);
      REQUIRE(stage.thinker.commits.back().prompt.front().pitch == 67);
      REQUIRE(stage.thinker.commits.back().prompt.front().tick == Tick{0});
    }
  }
  GIVEN("a note just before the very first pulse") {
    stage.note(stage.at(Tick{0}) - 30ms, 20ms, 60);
    stage.runOut();
    THEN("it is the first of the call, as short as it was") {
      REQUIRE(within(stage.out.noteOns().front().when, stage.atBar(1), 50us));
      const auto& first = stage.thinker.commits.back().prompt.front();
      REQUIRE(first.tick == Tick{0});
      REQUIRE(first.length.count == Approx(19).margin(1));
    }
  }
}

SCENARIO("CYCLE-7 Playing during the answer") {
  Settings settings;
  GIVEN("that it is ignored") {
    Stage stage{settings};
    stage.startAndRun(6);
    stage.note(0.5, Tick{100}, 60);
    stage.note(1.3, Tick{100}, 61);
    stage.runOut();
    THEN("the answer goes on to its end") {
      REQUIRE(stage.diary.turns().size() == 1);
      REQUIRE(stage.diary.turns()[0].end == TurnEnd::complete);
      REQUIRE(stage.out.noteOns().size() == 8);
    }
  }
  GIVEN("that the answer yields") {
    settings.overlap = Overlap::yield;
    Stage stage{settings};
    stage.startAndRun(8);
    stage.note(0.5, Tick{100}, 60);
    stage.note(1.3, Tick{100}, 61);  // the next beat is the third
    stage.note(1.8, Tick{100}, 65);
    stage.runOut();
    THEN("its notes are released at the next beat and listening starts there") {
      REQUIRE(stage.diary.turns()[0].end == TurnEnd::yielded);
      REQUIRE(stage.diary.every<PhaseChanged>()[2].at == Tick{1920 + 960});
      AND_THEN("what is played from there on is answered") {
        REQUIRE(stage.thinker.commits.back().prompt.size() == 1);
        REQUIRE(stage.thinker.commits.back().prompt[0].pitch == 65);
        REQUIRE(stage.diary.turns()[1].begin == Tick{2 * 1920});
      }
    }
  }
}

SCENARIO("CYCLE-8 Bars counted from the first note") {
  Settings settings;
  settings.anchor = Anchor::firstNote;
  settings.measures = 1;
  Stage stage{settings};
  stage.startAndRun(8);
  stage.note(0.375, Tick{100}, 60);
  stage.runOut();
  REQUIRE(within(stage.out.noteOns().front().when, stage.atBar(1.375), 1ms));
  REQUIRE(stage.diary.every<PhaseChanged>()[1].at == Tick{1920 + 720});
  REQUIRE(stage.diary.every<PhaseChanged>()[2].at == Tick{2 * 1920 + 720});
}

SCENARIO("CYCLE-9 Turn follows turn, each with a call of its own") {
  Stage stage;
  stage.startAndRun(9);
  stage.note(0.1, Tick{100}, 60);
  stage.note(3.1, Tick{100}, 61);
  stage.note(6.1, Tick{100}, 62);
  stage.runOut();
  REQUIRE(stage.diary.turns().size() == 3);
  for (std::size_t turn = 0; turn < 3; ++turn) {
    REQUIRE(stage.thinker.commits[turn].prompt.size() == 1);
    REQUIRE(stage.thinker.commits[turn].prompt[0].pitch == 60 + static_cast<int>(turn));
    REQUIRE(stage.diary.turns()[turn].turn == turn + 1);
  }
}
