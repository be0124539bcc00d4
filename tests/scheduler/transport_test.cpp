#include <catch2/catch.hpp>

#include "tests/support/stage.hpp"

using namespace antiphon;
using namespace antiphon::testing;

SCENARIO("TRANSPORT-1 Pulses before Start do not move the position") {
  Stage stage;
  for (int i = 50; i > 0; --i) stage.clock(stage.at(i * -kPulse), {0xF8});
  stage.clock(stage.at(Tick{0}) - 5ms, {0xFA});
  stage.pulsesTo(Tick{4 * 1920});
  stage.note(0.5, Tick{100}, 60);
  stage.runOut();
  REQUIRE(stage.out.noteOns().front().when == stage.atBar(1));
  REQUIRE(stage.diary.every<Relocated>().front().to == Tick{0});
}

SCENARIO("TRANSPORT-2 Stop silences the answer at once, Continue goes on from there") {
  Stage stage;
  stage.startAndRun(1.7);
  stage.note(0.5, Tick{100}, 60);
  const Nanos stop = stage.atBar(1.7) - 3ms;
  stage.clock(stop, {0xFC});
  stage.runTo(stop + 2s);
  REQUIRE(stage.out.sounding() == 0);
  REQUIRE(stage.out.all.back().when == stop);
  REQUIRE(stage.performance().phase() == Phase::stopped);
  REQUIRE(stage.diary.turns().back().end == TurnEnd::stopped);
  AND_WHEN("it goes on") {
    const Tick at = ceilTo(Tick{static_cast<std::int64_t>(1.7 * 1920)}, kPulse);
    stage.clock(stop + 3s, {0xFB});
    for (int i = 0; i < 200; ++i) stage.clock(stop + 3s + 1ms + i * 20833us, {0xF8});
    stage.runTo(stop + 4s);
    REQUIRE(stage.diary.every<Relocated>().back().to == at);
    REQUIRE(stage.performance().phase() == Phase::listening);
  }
}

SCENARIO("TRANSPORT-3 Song position moves the bars") {
  Stage stage;
  GIVEN("a position sent while stopped") {
    stage.clock(stage.at(Tick{0}) - 9ms, {0xF2, 0x08, 0x01});  // 136 sixteenths: bar 8, third beat
    stage.clock(stage.at(Tick{0}) - 8ms, {0xFB});
    stage.pulsesTo(Tick{4 * 1920});
    stage.note(0.25, Tick{100}, 60);
    stage.runOut();
    THEN("the bar line comes where the DAW has it") {
      REQUIRE(stage.diary.every<Relocated>().front().to == Tick{136 * 120});
      REQUIRE(stage.out.noteOns().front().when == stage.atBar(0.5));
    }
  }
  GIVEN("a position sent while it runs, in the middle of an answer") {
    stage.startAndRun(1.5);
    stage.note(0.5, Tick{100}, 60);
    const Nanos jump = stage.atBar(1.5) - 10ms;
    stage.clock(jump, {0xF2, 0x20, 0x00});
    stage.pulsesTo(Tick{3 * 1920});
    stage.runTo(jump + 100ms);
    THEN("every note is closed, and listening goes on at the new place") {
      REQUIRE(stage.out.sounding() == 0);
      REQUIRE(stage.diary.turns().back().end == TurnEnd::jumped);
      REQUIRE(stage.diary.every<Relocated>().back().to == Tick{32 * 120});
      REQUIRE(stage.performance().phase() == Phase::listening);
    }
  }
  GIVEN("Start sent again while it runs") {
    stage.startAndRun(1.5);
    stage.note(0.5, Tick{100}, 60);
    stage.clock(stage.atBar(1.5) - 10ms, {0xFA});
    stage.pulsesTo(Tick{3 * 1920});
    stage.runTo(stage.atBar(1.5) + 100ms);
    THEN("it is a jump to the top") {
      REQUIRE(stage.out.sounding() == 0);
      REQUIRE(stage.diary.every<Relocated>().back().to == Tick{0});
    }
  }
}

SCENARIO("TRANSPORT-4 A clock without Start is followed only when that was asked for") {
  Settings settings;
  for (const bool freeRun : {false, true}) {
    settings.freeRun = freeRun;
    Stage stage{settings};
    stage.pulsesTo(Tick{4 * 1920});
    stage.note(0.5, Tick{100}, 60);
    stage.runOut();
    REQUIRE(stage.out.noteOns().empty() != freeRun);
  }
}

SCENARIO("TRANSPORT-5 A lost clock: every note is closed within the next pulse after a beat, and it can come back") {
  Stage stage;
  stage.startAndRun(1.5);
  stage.note(0.5, Tick{100}, 60);
  stage.runTo(stage.atBar(1.5) + 1s);
  const auto last = stage.at(Tick{2880} - kPulse);
  REQUIRE(stage.out.sounding() == 0);
  REQUIRE(stage.out.all.back().when > last + 500ms);
  REQUIRE(stage.out.all.back().when < last + 530ms);
  REQUIRE(stage.diary.every<ClockLost>().size() == 1);
  REQUIRE(stage.diary.turns().back().end == TurnEnd::clockLost);
  REQUIRE(stage.performance().phase() == Phase::stopped);
  AND_WHEN("pulses come again") {
    const Nanos back = stage.atBar(1.5) + 3s;
    for (int i = 0; i < 24; ++i) stage.clock(back + i * 20833us, {0xF8});
    stage.runTo(back + 400ms);
    THEN("the count goes on where it was, and so does listening") {
      REQUIRE(stage.diary.every<ClockBack>().size() == 1);
      REQUIRE(stage.diary.every<Relocated>().back().to == Tick{2880});
      REQUIRE(stage.performance().phase() == Phase::listening);
    }
  }
}

SCENARIO("TRANSPORT-6 A silence shorter than a beat breaks nothing") {
  Stage stage;
  stage.startAndRun(1.5);
  stage.note(0.5, Tick{100}, 60);
  Nanos when = stage.atBar(1.5) + 400ms;
  for (int i = 0; i < 200; ++i) stage.clock(when + i * 20833us, {0xF8});
  stage.runOut();
  REQUIRE(stage.diary.turns().back().end == TurnEnd::complete);
  REQUIRE(stage.diary.turns().back().notes == 8);
  REQUIRE(stage.out.sounding() == 0);
}

SCENARIO("TRANSPORT-7 A tempo change bends the answer and does not break it") {
  Stage stage{Settings{}, 120};
  stage.startAndRun(1.5);
  stage.note(0.5, Tick{100}, 60);
  const Nanos change = stage.atBar(1.5);
  stage.tempo(90);
  stage.pulsesTo(Tick{4 * 1920});
  stage.runOut();
  const auto ons = stage.out.noteOns();
  REQUIRE(ons.size() == 8);
  const Nanos beat = 666'666'667ns;
  for (int i = 0; i < 5; ++i) {  // from the beat after the change on: on the new grid
    const Nanos expected = change + (i + 1) * beat;
    REQUIRE(std::chrono::abs(ons[static_cast<std::size_t>(3 + i)].when - expected) < 3ms);
  }
}

SCENARIO("TRANSPORT-8 Our own clock keeps time and can be sent out") {
  Settings settings;
  settings.clock = ClockSource::internal;
  settings.tempo = Tempo::bpm(100);
  settings.clockOut = true;
  Stage stage{settings, 100};
  stage.runTo(1s);  // the clock starts here
  stage.note(0.5, Tick{100}, 60);
  stage.runTo(stage.atBar(4));
  REQUIRE(stage.out.noteOns().front().when == stage.atBar(1));
  REQUIRE(stage.clockOut.all.front().message == MidiMessage::of(midi::kStart));
  REQUIRE(stage.clockOut.all.size() == 1 + 4 * 96);
  for (std::size_t i = 1; i < stage.clockOut.all.size(); ++i) {
    REQUIRE(std::chrono::abs(stage.clockOut.all[i].when - stage.at(static_cast<int>(i - 1) * kPulse)) <= 1us);
  }
  stage.performance().close(stage.atBar(4));
  REQUIRE(stage.clockOut.all.back().message == MidiMessage::of(midi::kStop));
}
