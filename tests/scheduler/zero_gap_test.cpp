#include <catch2/catch.hpp>

#include "tests/support/stage.hpp"

using namespace antiphon;
using namespace antiphon::testing;

namespace {

int withPitch(const Stage& stage, int pitch) {
  return static_cast<int>(
      std::ranges::count_if(stage.out.noteOns(), [pitch](const Sent& sent) { return sent.message.data1() == pitch; }));
}

}  // namespace

SCENARIO("GAP-1 The call is committed at the guard, and again when it changes inside it") {
  Stage stage;
  stage.startAndRun(5);
  stage.note(0.5, Tick{100}, 60);
  GIVEN("nothing played inside the guard") {
    stage.runTo(stage.at(Tick{1920} - 3 * kPulse) - 1us);
    REQUIRE(stage.thinker.commits.empty());
    stage.runTo(stage.at(Tick{1920} - 3 * kPulse) + 100us);
    REQUIRE(stage.thinker.commits.size() == 1);
    stage.runOut();
    REQUIRE(stage.thinker.commits.size() == 1);
    REQUIRE(stage.diary.turns()[0].margin.value() > 62ms);
    REQUIRE(stage.diary.turns()[0].margin.value() < 63ms);
  }
  GIVEN("a note inside the guard") {
    stage.note(stage.at(Tick{1920} - 2 * kPulse), 10ms, 64);
    stage.thinker.compose = [](const TurnPlan& plan) {
      return std::vector<Note>{{Tick{0}, Tick{100}, static_cast<std::uint8_t>(70 + plan.id.take), 90, 0}};
    };
    stage.runOut();
    THEN("it is in the prompt, and only the later answer is played") {
      REQUIRE(stage.thinker.commits.size() == 2);
      REQUIRE(stage.thinker.commits[1].prompt.size() == 2);
      REQUIRE(withPitch(stage, 71) == 0);
      REQUIRE(withPitch(stage, 72) == 1);
    }
  }
  GIVEN("a hundred notes inside the guard") {
    for (int i = 0; i < 100; ++i) stage.note(stage.at(Tick{1920} - 2 * kPulse) + i * 100us, 1ms, 20 + i);
    stage.runOut();
    THEN("the thinker is asked a bounded number of times, the last time with all of them") {
      REQUIRE(stage.thinker.commits.size() <= 10);
      REQUIRE(stage.thinker.commits.back().prompt.size() == 101);
    }
  }
}

SCENARIO("GAP-2 A lead that is late is replaced by the echo, bar by bar, on the grid") {
  Settings settings;
  settings.measures = 4;
  Stage stage{settings};
  stage.startAndRun(7);
  stage.note(0.5, Tick{100}, 60);
  GIVEN("a lead that is ready three seconds late") {
    stage.thinker.leadDelay = 3s;  // 120 BPM: in the middle of the second bar
    stage.runOut();
    const auto turn = stage.diary.turns().at(0);
    THEN("the echo has two bars and the lead the rest, and every note is on the grid") {
      REQUIRE(withPitch(stage, 48) == 8);
      REQUIRE(withPitch(stage, 72) == 8);
      REQUIRE(turn.lateBars == 2);
      REQUIRE(turn.rungs[0] == Rung::echo);
      REQUIRE(turn.rungs[2] == Rung::answer);
      REQUIRE(turn.rung() == Rung::echo);
      REQUIRE(turn.margin.value() < -2900ms);
      for (const Tick onset : stage.onsets()) REQUIRE(onset.count % 480 == 0);
    }
  }
  GIVEN("a lead that never answers") {
    stage.thinker.leadSilent = true;
    stage.runOut();
    THEN("the echo plays it all") {
      REQUIRE(withPitch(stage, 48) == 16);
      REQUIRE(stage.diary.turns().at(0).lateBars == 4);
      REQUIRE_FALSE(stage.diary.turns().at(0).margin.has_value());
    }
  }
  GIVEN("a lead that breaks") {
    stage.thinker.leadFails = true;
    stage.runOut();
    THEN("so it does then") { REQUIRE(withPitch(stage, 48) == 16); }
  }
  GIVEN("that nobody answers") {
    stage.thinker.leadSilent = stage.thinker.understudySilent = true;
    stage.runOut();
    THEN("the answer is a rest of the right length") {
      REQUIRE(stage.out.noteOns().empty());
      REQUIRE(stage.diary.turns().at(0).rung() == Rung::rest);
      REQUIRE(stage.diary.every<PhaseChanged>()[2].at == Tick{5 * 1920});
    }
  }
}

SCENARIO("GAP-3 A rest can be preferred to the echo") {
  Settings settings;
  settings.late = Late::rest;
  settings.measures = 2;
  Stage stage{settings};
  stage.thinker.leadDelay = 500ms;
  stage.startAndRun(5);
  stage.note(0.5, Tick{100}, 60);
  stage.runOut();
  REQUIRE(withPitch(stage, 48) == 0);
  REQUIRE(withPitch(stage, 72) == 4);
  REQUIRE(stage.onsets().front() == Tick{2 * 1920});
}

SCENARIO("GAP-4 The answer can wait for one bar line, and not longer") {
  Settings settings;
  settings.late = Late::wait;
  settings.measures = 2;
  Stage stage{settings};
  stage.startAndRun(6);
  stage.note(0.5, Tick{100}, 60);
  GIVEN("a lead that is a little late") {
    stage.thinker.leadDelay = 300ms;
    stage.runOut();
    REQUIRE(withPitch(stage, 72) == 8);
    REQUIRE(stage.onsets().front() == Tick{2 * 1920});
    REQUIRE(stage.diary.every<PhaseChanged>()[1].at == Tick{2 * 1920});
    REQUIRE(stage.diary.every<PhaseChanged>()[2].at == Tick{4 * 1920});
    REQUIRE(stage.diary.turns().at(0).waited);
  }
  GIVEN("a lead that is much too late") {
    stage.thinker.leadDelay = 60s;
    stage.runOut();
    REQUIRE(withPitch(stage, 48) == 8);
    REQUIRE(stage.onsets().front() == Tick{2 * 1920});
  }
}

SCENARIO("GAP-5 A note that comes too late is left out, and counted") {
  Settings settings;
  settings.measures = 1;
  Stage stage{settings};
  stage.thinker.leadSilent = true;
  stage.startAndRun(4);
  stage.note(0.5, Tick{100}, 60);
  stage.runTo(stage.at(Tick{1920}) - 1ms);
  const TurnId id = stage.thinker.commits.back().plan.id;
  const auto think = [&](Nanos when, Tick onset, std::uint8_t pitch) {
    stage.thinker.leads.emplace_back(when,
                                     Thought{id, Voice::lead, Thought::Kind::note, {onset, Tick{9}, pitch, 9, 0}});
  };
  think(stage.at(Tick{1920}) - 1ms, Tick{0}, 97);
  think(stage.atBar(1.5), Tick{480}, 99);   // thought of in the middle of the bar, for a beat that is over
  think(stage.atBar(1.5), Tick{1440}, 98);  // and for one that is to come
  stage.runOut();
  REQUIRE(withPitch(stage, 97) == 1);
  REQUIRE(withPitch(stage, 98) == 1);
  REQUIRE(withPitch(stage, 99) == 0);
  REQUIRE(stage.diary.turns().at(0).lateNotes == 1);
}

SCENARIO("GAP-6 A lead that streams just ahead of its notes is played whole") {
  Settings settings;
  settings.measures = 2;
  Stage stage{settings};
  stage.thinker.leadSilent = true;
  stage.startAndRun(5);
  stage.note(0.5, Tick{100}, 60);
  stage.runTo(stage.at(Tick{1920} - 2 * kPulse));
  const TurnId id = stage.thinker.commits.back().plan.id;
  for (int beat = 0; beat < 8; ++beat) {
    const Thought thought{id, Voice::lead, Thought::Kind::note, {beat * kQuarter, Tick{400}, 72, 90, 0}};
    stage.thinker.leads.emplace_back(stage.at(Tick{1920} + beat * kQuarter) - 5ms, thought);
  }
  GIVEN("that all of it comes in time") {
    stage.runOut();
    REQUIRE(withPitch(stage, 72) == 8);
    REQUIRE(stage.diary.turns().at(0).lateNotes == 0);
    REQUIRE(stage.diary.turns().at(0).lateBars == 0);
  }
  GIVEN("that one note comes late") {
    stage.thinker.leads[2].first += 30ms;
    std::ranges::stable_sort(stage.thinker.leads, {}, &std::pair<Nanos, Thought>::first);
    stage.runOut();
    REQUIRE(withPitch(stage, 72) == 7);
    REQUIRE(stage.diary.turns().at(0).lateNotes == 1);
  }
}

SCENARIO("GAP-7 What the player does reaches the thinker while it is played") {
  Stage stage;
  stage.startAndRun(3);
  stage.note(0.25, Tick{100}, 60);
  stage.note(0.5, Tick{100}, 62);
  stage.runTo(stage.atBar(0.9));
  REQUIRE(stage.thinker.begun.size() == 1);
  REQUIRE(stage.thinker.fed.size() == 2);
  REQUIRE(stage.thinker.fed[0] == Note{Tick{480}, Tick{100}, 60, 80, 0});
}

SCENARIO("GAP-8 A note at the last moment does not silence the answer") {
  Stage stage;
  stage.thinker.leadDelay = 20ms;
  stage.thinker.understudySilent = true;
  stage.thinker.compose = [](const TurnPlan& plan) {
    std::vector<Note> notes;
    for (int beat = 0; beat < 8; ++beat) {
      notes.push_back({beat * kQuarter, Tick{400}, static_cast<std::uint8_t>(70 + plan.id.take), 90, 0});
    }
    return notes;
  };
  stage.startAndRun(5);
  stage.note(0.5, Tick{100}, 60);
  stage.note(stage.atBar(1) - 5ms, 50ms, 64);
  stage.runOut();
  REQUIRE(stage.thinker.commits.size() == 2);
  THEN("the first bar answers the call as it was, on time, and the second the call as it is") {
    REQUIRE(withPitch(stage, 71) == 4);
    REQUIRE(withPitch(stage, 72) == 4);
    REQUIRE(stage.onsets().front() == Tick{1920});
    REQUIRE(stage.diary.turns().at(0).lateBars == 0);
  }
}

SCENARIO("GAP-9 A key struck on the very downbeat of the answer is no part of the call") {
  Stage stage;
  stage.startAndRun(5);
  stage.note(0.5, Tick{100}, 60);
  stage.note(stage.atBar(1), 50ms, 64);
  stage.runOut();
  REQUIRE(stage.thinker.commits.size() == 1);
  REQUIRE(stage.thinker.commits[0].prompt.size() == 1);
}
