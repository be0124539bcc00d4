#include "bridge/turn_log.hpp"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bridge/midi_file_reader.hpp"

using namespace antiphon;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct LogFolder : testing::Folder {
  fs::path file() const { return path / "turns.jsonl"; }
  std::vector<std::string> lines() const {
    std::vector<std::string> found;
    std::ifstream in{file()};
    for (std::string line; std::getline(in, line);) found.push_back(line);
    return found;
  }
};

TurnReport aTurn() {
  TurnReport report;
  report.turn = 1;
  report.begin = Tick{1920};
  report.bpm = 120;
  report.callBars = 1;
  report.callNotes = 8;
  report.bars = 2;
  report.barsPlayed = 2;
  report.notes = 16;
  report.margin = 12'300us;
  return report;
}

}  // namespace

TEST_CASE("a turn is a line", "[turn-log]") {
  REQUIRE(TurnLog::line(aTurn()) ==
          R"({"turn":1,"begin_pulse":96,"meter":"4/4","tempo":120.0,"call_bars":1,"call_notes":8,"bars":2,)"
          R"("bars_played":2,"notes":16,"margin_ms":12.3,"waited":false,"late_bars":0,"late_notes":0,"rung":"answer",)"
          R"("rungs":["answer","answer"],"end":"complete"})");
}

TEST_CASE("a turn that was late says so", "[turn-log]") {
  TurnReport report = aTurn();
  report.meter = {7, 8};
  report.bpm = 93.00049;
  report.margin.reset();
  report.lateBars = 1;
  report.lateNotes = 3;
  report.rungs[1] = Rung::echo;
  report.end = TurnEnd::clockLost;
  const auto json = nlohmann::json::parse(TurnLog::line(report));
  REQUIRE(json["meter"] == "7/8");
  REQUIRE(json["tempo"] == 93.0);
  REQUIRE(json["margin_ms"].is_null());
  REQUIRE(json["late_bars"] == 1);
  REQUIRE(json["late_notes"] == 3);
  REQUIRE(json["rung"] == "echo");
  REQUIRE(json["rungs"] == nlohmann::json{"answer", "echo"});
  REQUIRE(json["end"] == "clock lost");
}

TEST_CASE("lines are there at once, after those of other days", "[turn-log]") {
  const LogFolder folder;
  for (const int day : {1, 2}) {
    TurnLog log{folder.file()};
    log.write(aTurn());
    REQUIRE(folder.lines().size() == static_cast<std::size_t>(2 * day - 1));
    log.write(aTurn());
    REQUIRE(folder.lines().size() == static_cast<std::size_t>(2 * day));
  }
}

TEST_CASE("a line that was cut off by a kill spoils no other", "[turn-log]") {
  const LogFolder folder;
  std::ofstream{folder.file()} << R"({"turn":1,"begin_)";
  TurnLog{folder.file()}.write(aTurn());
  REQUIRE(folder.lines().size() == 2);
  REQUIRE(folder.lines()[1] == TurnLog::line(aTurn()));
}

TEST_CASE("a turn log that cannot be opened is refused with a sentence", "[turn-log]") {
  const LogFolder folder;
  const std::string missing = (folder.path / "nowhere" / "turns").string();
  REQUIRE_THROWS_WITH(TurnLog{missing}, "Cannot write the turn log " + missing + ": No such file or directory.");
  REQUIRE_THROWS_AS(TurnLog{folder.path}, std::runtime_error);
}

TEST_CASE("a full disk is told once and ends nothing", "[turn-log]") {
  TurnLog log{"/dev/full"};
  log.write(aTurn());
  REQUIRE(log.news().value() ==
          "The turn log /dev/full cannot be written: No space left on device; the music goes on.");
  log.write(aTurn());
  REQUIRE(!log.news());
}

TEST_CASE("any report makes one line of JSON", "[turn-log][property]") {
  REQUIRE(rc::check("one line, as many rungs as bars played", [] {
    TurnReport report = aTurn();
    report.begin = Tick{*rc::gen::arbitrary<std::int64_t>()};
    report.bpm = *rc::gen::element(0.0, 1e-300, 1e300, 120.0, static_cast<double>(NAN));
    report.barsPlayed = *rc::gen::inRange(-2, 100);
    report.end = static_cast<TurnEnd>(*rc::gen::inRange(0, 8));
    report.margin = Nanos{*rc::gen::arbitrary<std::int64_t>()};
    const std::string line = TurnLog::line(report);
    RC_ASSERT(line.find('\n') == std::string::npos);
    const int expected = std::clamp(report.barsPlayed, 0, kMostMeasures);
    RC_ASSERT(nlohmann::json::parse(line)["rungs"].size() == static_cast<std::size_t>(expected));
  }));
}
