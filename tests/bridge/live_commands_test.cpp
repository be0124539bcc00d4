#include "bridge/live_commands.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <variant>
#include <vector>

using namespace antiphon;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

struct Stage {
  Stage() {
    addLiveCommands(table, settings,
                    {[this](const LiveCommand& command) {
                       if (full) return false;
                       sent.push_back(command);
                       return true;
                     },
                     [] { return std::string{"LISTENING  1:1"}; }, [this] { ++quits; }});
  }

  std::string good(std::string_view line) {
    const auto reply = table.run(line);
    CAPTURE(line, reply.text);
    REQUIRE(reply.ok);
    return reply.text;
  }
  std::string refused(std::string_view line) {
    const auto reply = table.run(line);
    CAPTURE(line, reply.text);
    REQUIRE(!reply.ok);
    return reply.text;
  }
  const Settings& lastSettings() const { return std::get<Settings>(sent.back()); }

  Settings settings{};
  std::vector<LiveCommand> sent;
  bool full = false;
  int quits = 0;
  CommandTable table;
};

}  // namespace

TEST_CASE("a setting is sent, kept, and told", "[live]") {
  Stage stage;
  REQUIRE(stage.good("measures 4") == "measures 4, from the next turn");
  REQUIRE(stage.lastSettings().measures == 4);
  REQUIRE(stage.settings.measures == 4);
  stage.good("late rest");
  REQUIRE(stage.lastSettings().measures == 4);  // one does not undo another
  REQUIRE(stage.lastSettings().late == Late::rest);
}

TEST_CASE("every setting reaches its place", "[live]") {
  Stage stage;
  REQUIRE(stage.good("human_measures 3") == "human-measures 3, from the next turn");
  REQUIRE(stage.settings.humanMeasures == 3);
  stage.good("prompt-measures 16");
  REQUIRE(stage.settings.promptMeasures == 16);
  stage.good("late wait");
  REQUIRE(stage.settings.late == Late::wait);
  stage.good("late echo");
  REQUIRE(stage.settings.late == Late::echo);
  stage.good("overlap yield");
  REQUIRE(stage.settings.overlap == Overlap::yield);
  stage.good("overlap ignore");
  REQUIRE(stage.settings.overlap == Overlap::ignore);
  const std::vector<std::pair<std::string, std::int64_t>> grids{
      {"8", 240}, {"8t", 160}, {"16", 120}, {"16T", 80}, {"off", 0}};
  for (const auto& [grid, ticks] : grids) {
    stage.good("quantize " + grid);
    REQUIRE(stage.settings.quantize == Tick{ticks});
  }
  REQUIRE(stage.good("quantize 16T") == "quantize 16t, from the next turn");
  stage.good("guard 24");
  REQUIRE(stage.settings.guard == 24 * kPulse);
  stage.good("guard 1");
  REQUIRE(stage.settings.guard == kPulse);
  REQUIRE(stage.good("offset -2.5") == "offset -2.5 ms, from the next turn");
  REQUIRE(stage.settings.offset == Nanos{-2'500'000});
  stage.good("offset ms=+100");
  REQUIRE(stage.settings.offset == kMostOffset);
  stage.good("seed 12345678901234");
  REQUIRE(stage.settings.seed == 12345678901234u);
}

TEST_CASE("the limits of the settings hold at this door", "[live]") {
  Stage stage;
  for (const char* line :
       {"measures 65", "measures 0", "human-measures 17", "prompt-measures 0", "late never", "overlap 1", "quantize 32",
        "guard 25", "guard 0", "offset 100.1", "offset nan", "seed -1", "tempo 120", "panic 3", "measures"}) {
    stage.refused(line);
  }
  REQUIRE(stage.sent.empty());
}

TEST_CASE("a tempo needs the internal clock", "[live]") {
  Stage stage;
  REQUIRE(stage.refused("tempo 93") ==
          "The tempo comes from the MIDI clock; set it there, or start with --clock internal.");
  stage.settings.clock = ClockSource::internal;
  REQUIRE(stage.good("tempo 93.5") == "tempo 93.5 BPM, at once");
  REQUIRE(stage.lastSettings().tempo.bpm() == Approx(93.5));
  stage.refused("tempo 19");
  stage.refused("tempo 401");
}

TEST_CASE("record and play are for manual mode", "[live]") {
  Stage stage;
  REQUIRE(stage.refused("record") == "record is for manual mode; start with --mode manual to decide yourself.");
  REQUIRE_THAT(stage.refused("play"), Contains("--mode manual"));
  stage.settings.mode = Mode::manual;
  stage.good("record");
  REQUIRE(std::holds_alternative<Record>(stage.sent.back()));
  stage.good("play");
  REQUIRE(std::holds_alternative<Play>(stage.sent.back()));
}

TEST_CASE("deeds", "[live]") {
  Stage stage;
  REQUIRE(stage.good("panic") == "every note is off");
  REQUIRE(std::holds_alternative<Panic>(stage.sent.back()));
  stage.good("AGAIN");
  REQUIRE(std::holds_alternative<Again>(stage.sent.back()));
  REQUIRE(stage.good("status") == "LISTENING  1:1");
  stage.good("quit");
  REQUIRE(stage.quits == 1);
  REQUIRE_THAT(stage.good("help playing"), Contains("measures <bars 1..64>") &&
                                               Contains("quantize <how off|8|8t|16|16t>") &&
                                               Contains("offset <ms -100..100>") && Contains("guard <pulses 1..24>"));
}

TEST_CASE("what finds no room changes nothing", "[live]") {
  Stage stage;
  stage.full = true;
  REQUIRE_THAT(stage.refused("measures 4"), Contains("try again"));
  REQUIRE(stage.settings.measures == 2);
  stage.refused("panic");
}
