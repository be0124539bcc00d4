#include "bridge/status_line.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

using namespace antiphon;
using namespace std::chrono_literals;

namespace {

constexpr Tick kBar{1920};

struct Gig {
  Gig& write(const JournalEntry& entry) {
    line.write(entry);
    return *this;
  }
  Gig& beat(Tick at, double bpm = 120) { return write(Beat{at, Tempo::bpm(bpm)}); }
  Gig& phase(Phase from, Phase to, Tick at) { return write(PhaseChanged{from, to, at}); }
  Gig& notes(int count, Tick at) {
    for (int i = 0; i < count; ++i) {
      write(Heard{MidiMessage::noteOn(0, 60, 80), at});
      write(Heard{MidiMessage::noteOff(0, 60), at});
    }
    return *this;
  }
  std::string text() const { return line.text(200); }

  StatusLine line{Meter{4, 4}, 4};
};

TurnReport aTurn() {
  TurnReport report;
  report.turn = 3;
  report.callBars = 1;
  report.callNotes = 8;
  report.bars = 2;
  report.barsPlayed = 2;
  report.notes = 16;
  report.margin = 12'300us;
  return report;
}

std::vector<std::string> told(const JournalEntry& entry) {
  std::vector<std::string> texts;
  for (const LogLine& line : logLines(entry, Meter{4, 4})) texts.push_back(line.text);
  return texts;
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("the line follows the music", "[status]") {
  Gig gig;
  REQUIRE(gig.text() == "WAITING FOR CLOCK  notes 0 in, 0 out");
  gig.write(Relocated{{}}).phase(Phase::stopped, Phase::listening, {}).beat({});
  REQUIRE(gig.text() == "LISTENING  1:1  120.0 BPM  notes 0 in, 0 out");
  gig.notes(8, Tick{500}).beat(3 * kQuarter, 119.96);
  REQUIRE(gig.text() == "LISTENING  1:4  120.0 BPM  notes 8 in, 0 out");
  gig.phase(Phase::listening, Phase::answering, kBar).beat(2 * kBar + kQuarter, 93.04);
  gig.write(Played{MidiMessage::noteOn(0, 60, 80), kBar});
  REQUIRE(gig.text() == "ANSWERING  3:2  answer 2/4  93.0 BPM  notes 8 in, 1 out");
  gig.write(TurnEnded{aTurn()}).phase(Phase::answering, Phase::listening, 5 * kBar).beat(5 * kBar, 93);
  REQUIRE(gig.text() == "LISTENING  6:1  93.0 BPM  +12 ms  notes 0 in, 16 out");
  gig.phase(Phase::listening, Phase::stopped, 5 * kBar + kQuarter);
  REQUIRE(gig.text() == "STOPPED    6:2  93.0 BPM  +12 ms  notes 0 in, 16 out");
}

TEST_CASE("a lost clock is waited for", "[status]") {
  Gig gig;
  gig.beat({}).phase(Phase::stopped, Phase::listening, {});
  gig.write(ClockLost{kQuarter}).phase(Phase::listening, Phase::stopped, kQuarter);
  REQUIRE(gig.text() == "WAITING FOR CLOCK  1:2  120.0 BPM  notes 0 in, 0 out");
  gig.write(ClockBack{kQuarter}).phase(Phase::stopped, Phase::listening, kQuarter);
  REQUIRE(gig.text() == "LISTENING  1:2  120.0 BPM  notes 0 in, 0 out");
}

TEST_CASE("a note just before the call belongs to it", "[status]") {
  Gig gig;
  gig.beat({}).phase(Phase::listening, Phase::answering, {});
  gig.notes(2, kQuarter).notes(1, kBar - 2 * kPulse).phase(Phase::answering, Phase::listening, kBar).notes(1, kBar);
  REQUIRE_THAT(gig.text(), Catch::Contains("notes 2 in"));
}

TEST_CASE("how the last turn's margin reads", "[status]") {
  Gig gig;
  TurnReport report = aTurn();
  const auto shown = [&] {
    gig.beat({}).write(TurnEnded{report});
    return gig.text();
  };
  using Catch::Contains;
  SECTION("late for its first bar") {
    report.margin.reset();
    REQUIRE_THAT(shown(), Contains("  late  "));
  }
  SECTION("late for a later bar") {
    report.lateBars = 1;
    REQUIRE_THAT(shown(), Contains("  late  "));
  }
  SECTION("ready after the bar line") {
    report.margin = -3ms;
    REQUIRE_THAT(shown(), Contains("  late  "));
  }
  SECTION("stopped before it began") {
    report.barsPlayed = 0;
    report.margin.reset();
    REQUIRE_THAT(shown(), !Contains("late") && !Contains(" ms"));
  }
}

TEST_CASE("the answer's bars are those it began with", "[status]") {
  Gig gig;
  gig.beat({}).phase(Phase::listening, Phase::answering, {});
  gig.line.expect(8);
  REQUIRE_THAT(gig.text(), Catch::Contains("answer 1/4"));
  gig.phase(Phase::answering, Phase::listening, kBar).phase(Phase::listening, Phase::answering, 2 * kBar);
  REQUIRE_THAT(gig.text(), Catch::Contains("answer 1/8"));
}

TEST_CASE("a narrow terminal shows what matters most", "[status]") {
  Gig gig;
  gig.beat({});
  REQUIRE(gig.line.text(12) == "STOPPED    1");
  REQUIRE(gig.line.text(0).empty());
}

TEST_CASE("a move begins the call anew", "[status]") {
  Gig gig;
  gig.beat({}).phase(Phase::stopped, Phase::listening, {}).notes(3, kQuarter).write(Relocated{{}});
  REQUIRE_THAT(gig.text(), Catch::Contains("notes 0 in"));
}

TEST_CASE("phases are logged in the words of the state machine", "[status][log]") {
  REQUIRE(told(PhaseChanged{Phase::listening, Phase::answering, kBar}) ==
          Lines{"[phase] HUMAN -> AI_PLAY at pulse=96"});
  REQUIRE(told(PhaseChanged{Phase::stopped, Phase::listening, {}}) == Lines{"[phase] STOPPED -> HUMAN at pulse=0"});
}

TEST_CASE("what the log says of a turn", "[status][log]") {
  TurnReport report = aTurn();
  SECTION("all well") {
    REQUIRE(told(TurnEnded{report}) ==
            Lines{"[turn 3] 8 notes in, 2 bars out (16 notes), margin +12.3 ms, all on time"});
    REQUIRE(!logLines(TurnEnded{report}, {})[0].warning);
  }
  SECTION("bars that others had to play") {
    report.bars = report.barsPlayed = 5;
    report.lateBars = 3;
    report.rungs[1] = report.rungs[3] = Rung::echo;
    report.rungs[4] = Rung::rest;
    REQUIRE(told(TurnEnded{report}) == Lines{"[turn 3] 8 notes in, 5 bars out (16 notes), margin +12.3 ms, 3 bars late",
                                             "[turn 3] bar 2 of 5 by echo: the answerer was late",
                                             "[turn 3] bar 4 of 5 by echo: the answerer was late",
                                             "[turn 3] bar 5 of 5 by rest: the answerer was late"});
    for (const LogLine& line : logLines(TurnEnded{report}, {})) REQUIRE(line.warning);
    report.rungs[2] = Rung::echo;
    REQUIRE(told(TurnEnded{report})[1] == "[turn 3] bars 2-4 of 5 by echo: the answerer was late");
  }
  SECTION("never ready, one of each, and cut short") {
    report.margin.reset();
    report.callNotes = report.barsPlayed = report.notes = report.lateBars = 1;
    report.rungs[0] = Rung::echo;
    report.end = TurnEnd::stopped;
    REQUIRE(told(TurnEnded{report})[0] ==
            "[turn 3] 1 note in, 1 bar out (1 note), 1 bar late; stopped after 1 of 2 bars");
  }
  SECTION("notes that came after their moment") {
    report.lateNotes = 2;
    REQUIRE(told(TurnEnded{report}) ==
            Lines{"[turn 3] 8 notes in, 2 bars out (16 notes), margin +12.3 ms, 2 notes left out: too late"});
  }
}

TEST_CASE("what the log says of clock, transport and input", "[status][log]") {
  REQUIRE(told(ClockLost{11 * kBar + kQuarter}) == Lines{"[clock] lost at bar 12: every note is off, waiting"});
  REQUIRE(told(ClockBack{11 * kBar}) == Lines{"[clock] back at bar 12"});
  REQUIRE(told(Relocated{4 * kBar + kQuarter}) == Lines{"[transport] at 5:2 (pulse=408)"});
  REQUIRE(told(Tally{}).empty());
  REQUIRE(told(Tally{3, 0, 1, 0, 0, 0}) == Lines{"[input] so far: 3 x stray byte, 1 x system exclusive message"});
  REQUIRE(told(Beat{}).empty());
  REQUIRE(told(Heard{}).empty());
}
