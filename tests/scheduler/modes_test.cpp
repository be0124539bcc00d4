#include <catch2/catch.hpp>

#include "tests/support/stage.hpp"

using namespace antiphon;
using namespace antiphon::testing;

SCENARIO("MODE-1 In manual mode the player says when") {
  Settings settings;
  settings.mode = Mode::manual;
  settings.measures = 1;
  settings.recordTrigger = Trigger{false, 64};
  settings.playTrigger = Trigger{true, 36};
  const std::string by = GENERATE("keys", "a pedal and a pad");
  Stage stage{settings};
  stage.startAndRun(10);
  stage.note(0.5, Tick{100}, 60);  // not recorded: nobody asked for it
  if (by == "keys") {
    stage.note(1.5, Tick{100}, 61);
    stage.note(2.5, Tick{100}, 62);
    stage.runTo(stage.atBar(1.1));
    stage.performance().obey(Record{}, stage.atBar(1.1));
    stage.runTo(stage.atBar(3.4));
    stage.performance().obey(Play{}, stage.atBar(3.4));
    stage.runOut();
  }
  if (by == "a pedal and a pad") {
    stage.play(stage.atBar(1.1), {0xB0, 64, 127});
    stage.play(stage.atBar(1.2), {0xB0, 64, 100});  // still down: not another press
    stage.note(1.5, Tick{100}, 61);
    stage.note(2.5, Tick{100}, 62);
    stage.note(3.4, Tick{100}, 36);
    stage.runOut();
  }
  THEN("the bars between are answered from the next bar line on, asked by " + by) {
    REQUIRE(stage.thinker.commits.size() == 1);
    REQUIRE(stage.thinker.commits[0].prompt.size() == 2);
    REQUIRE(stage.thinker.commits[0].prompt[0].pitch == 61);
    REQUIRE(stage.out.noteOns().front().when == stage.atBar(4));
    REQUIRE(stage.diary.turns().size() == 1);
  }
}

SCENARIO("MODE-2 The same call can be answered again") {
  Settings settings;
  settings.measures = 1;
  Stage stage{settings};
  stage.startAndRun(9);
  stage.note(0.5, Tick{100}, 60);
  stage.runTo(stage.atBar(4.3));
  stage.performance().obey(Again{}, stage.atBar(4.3));
  stage.runOut();
  REQUIRE(stage.thinker.commits.size() == 2);
  REQUIRE(stage.thinker.commits[1].prompt == stage.thinker.commits[0].prompt);
  REQUIRE(stage.thinker.commits[1].plan.id.turn != stage.thinker.commits[0].plan.id.turn);
  REQUIRE(stage.diary.turns()[1].begin == Tick{5 * 1920});
}

SCENARIO("MODE-3 Settings changed while it runs hold from the next turn on") {
  Stage stage;
  stage.startAndRun(12);
  stage.note(0.5, Tick{100}, 60);
  stage.note(3.5, Tick{100}, 60);
  stage.runTo(stage.atBar(1.5));
  Settings more;
  more.measures = 4;
  stage.performance().obey(more, stage.atBar(1.5));
  stage.runOut();
  REQUIRE(stage.diary.turns()[0].bars == 2);
  REQUIRE(stage.diary.turns()[1].bars == 4);
  REQUIRE(stage.diary.every<PhaseChanged>()[4].at == Tick{8 * 1920});
}

SCENARIO("MODE-4 The answer can be shifted for a DAW that runs early or late") {
  for (const auto offset : {-100ms, -40ms, 0ms, 60ms}) {
    Settings settings;
    settings.offset = offset;
    settings.measures = 1;
    Stage stage{settings};
    stage.startAndRun(5);
    stage.note(0.5, Tick{100}, 60);
    stage.note(stage.at(Tick{1920}) - 20ms, 10ms, 62);  // inside the guard, and after an early answer has begun
    stage.runOut();
    const auto ons = stage.out.noteOns();
    REQUIRE(ons.size() >= 4);
    REQUIRE(std::chrono::abs(ons.back().when - (stage.atBar(1.75) + offset)) < 50us);
    if (offset >= -40ms + 20ms) REQUIRE(std::chrono::abs(ons.front().when - (stage.atBar(1) + offset)) < 50us);
    REQUIRE(stage.out.sounding() == 0);
    REQUIRE(stage.thinker.commits.back().prompt.size() == 2);
  }
}

SCENARIO("MODE-5 The answer's onsets can be put on a grid") {
  Settings settings;
  settings.quantize = Tick{120};
  settings.measures = 1;
  Stage stage{settings};
  stage.thinker.compose = [](const TurnPlan&) {
    return std::vector<Note>{{Tick{50}, Tick{100}, 60, 90, 0},
                             {Tick{70}, Tick{100}, 62, 90, 0},
                             {Tick{1000}, Tick{100}, 64, 90, 0},
                             {Tick{1900}, Tick{20}, 65, 90, 0}};
  };
  stage.startAndRun(3);
  stage.note(0.5, Tick{100}, 60);
  stage.runOut();
  REQUIRE(stage.onsets() == std::vector<Tick>{Tick{1920}, Tick{1920 + 120}, Tick{1920 + 960}, Tick{1920 + 1800}});
}

SCENARIO("MODE-6 Channels") {
  Settings settings;
  settings.channel = 2;
  settings.outChannel = 9;
  Stage stage{settings};
  stage.startAndRun(5);
  stage.note(0.25, Tick{100}, 50, 80, 0);
  stage.note(0.5, Tick{100}, 60, 80, 2);
  stage.runOut();
  REQUIRE(stage.thinker.commits.back().prompt.size() == 1);
  for (const Sent& sent : stage.out.all) REQUIRE(sent.message.channel() == 9);
}

SCENARIO("MODE-7 Panic silences every channel, and listening goes on") {
  Stage stage;
  stage.startAndRun(8);
  stage.note(0.5, Tick{100}, 60);
  stage.note(2.5, Tick{100}, 60);
  stage.runTo(stage.atBar(1.5));
  const auto before = stage.out.all.size();
  stage.performance().obey(Panic{}, stage.atBar(1.5));
  int channelsTold = 0;
  for (auto i = before; i < stage.out.all.size(); ++i) channelsTold += stage.out.all[i].message.isController(123);
  REQUIRE(channelsTold >= 16);
  REQUIRE(stage.performance().phase() == Phase::listening);
  stage.runOut();
  REQUIRE(stage.diary.turns().size() == 2);
  REQUIRE(stage.diary.turns()[1].begin == Tick{3 * 1920});
}
