#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

#include "tests/cli/program.hpp"

using namespace antiphon::testing;

namespace {

/// A clock at `bpm` from second 1 on, and the given lines of playing, in order of time.
std::string session(double bpm, int pulses, const std::vector<std::pair<long, std::string>>& played) {
  std::vector<std::pair<long, std::string>> lines{{990000, "clock fa"}};
  for (int i = 0; i < pulses; ++i) lines.emplace_back(std::lround(1e6 + i * 60e6 / bpm / 24), "clock f8");
  lines.insert(lines.end(), played.begin(), played.end());
  std::ranges::stable_sort(lines, {}, &std::pair<long, std::string>::first);
  std::string text = "# a session\n\n";
  for (const auto& [time, line] : lines) text += std::to_string(time) + " " + line + "\n";
  return text;
}

struct Line {
  long time;
  std::string kind;
  std::string rest;
};

std::vector<Line> lines(const std::string& text) {
  std::vector<Line> found;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) {
    std::istringstream words{line};
    Line one;
    words >> one.time >> one.kind;
    std::getline(words, one.rest);
    found.push_back(one);
  }
  return found;
}

const std::vector<std::pair<long, std::string>> kCall{
    {1250000, "in 90 3c 50"}, {1400000, "in 80 3c 00"}, {2000000, "in 90 40 50"}, {2400000, "in 90 40 00"}};

}  // namespace

SCENARIO("SIM-1 A bar is answered in virtual time") {
  const auto result = runAntiphon({"simulate", "--trace", "--gen_measures=2"}, session(120, 96 * 4, kCall));
  REQUIRE(result.code == 0);
  REQUIRE(result.err.empty());
  const auto all = lines(result.out);
  REQUIRE(std::ranges::is_sorted(all, {}, &Line::time));
  std::vector<std::pair<long, std::string>> phases;
  for (const Line& line : all) {
    if (line.kind == "phase") phases.emplace_back(line.time, line.rest);
  }
  REQUIRE(phases.size() == 4);
  REQUIRE(phases[0] == std::pair{1000000L, std::string{" listening"}});
  REQUIRE(phases[1].second == " answering");
  REQUIRE(std::abs(phases[1].first - 3000000) <= 50);
  REQUIRE(phases[2].second == " listening");
  REQUIRE(std::abs(phases[2].first - 7000000) <= 50);
  REQUIRE(phases[3].second == " stopped");
  int open = 0;
  int struck = 0;
  for (const Line& line : all) {
    if (line.kind != "out") continue;
    REQUIRE(line.time >= phases[1].first);
    REQUIRE(line.time <= phases[2].first);
    if (line.rest.starts_with(" 90")) {
      ++open;
      ++struck;
    }
    if (line.rest.starts_with(" 80")) --open;
  }
  REQUIRE(struck >= 2);
  REQUIRE(open == 0);
  AND_THEN("the same session is answered in the same way again") {
    REQUIRE(runAntiphon({"simulate", "--trace", "--gen-measures", "2"}, session(120, 96 * 4, kCall)).out == result.out);
  }
}

SCENARIO("SIM-2 A slow answerer in virtual time") {
  GIVEN("the echo to stand in") {
    const auto result = runAntiphon({"simulate", "--think-ms", "300"}, session(120, 96 * 4, kCall));
    REQUIRE(std::abs(lines(result.out).front().time - 3000000) <= 50);
  }
  GIVEN("a rest to stand in") {
    const auto result = runAntiphon({"simulate", "--think-ms", "300", "--late", "rest"}, session(120, 96 * 4, kCall));
    REQUIRE(lines(result.out).front().time >= 5000000 - 50);
  }
  GIVEN("that the answer waits a bar") {
    const auto result =
        runAntiphon({"simulate", "--think-ms", "300", "--late", "wait", "--trace"}, session(120, 96 * 4, kCall));
    REQUIRE(std::abs(lines(result.out)[1].time - 5000000) <= 50);
    REQUIRE(lines(result.out)[1].rest == " answering");
  }
}

SCENARIO("SIM-3 A line that cannot be read is named") {
  const auto [line, fragment] = GENERATE(table<std::string, std::string>({
      {"abc clock f8", "'abc' is not a time"},
      {"-5 clock f8", "'-5' is not a time"},
      {"99999999999999999999999 clock f8", "is not a time"},
      {"5 piano f8", "no port is called 'piano'; it is clock or in"},
      {"5", "no port after the time"},
      {"5 clock", "no bytes after the port"},
      {"5 in 90 3c 1ff", "'1ff' is not a byte in hexadecimal"},
      {"5 in 90 xy", "'xy' is not a byte in hexadecimal"},
      {"0 clock f8", "comes before 1"},
  }));
  const auto result = runAntiphon({"simulate"}, "1 clock fa\n# a comment\n" + line + "\n");
  REQUIRE(result.code == 2);
  REQUIRE(result.err.find("line 3: ") != std::string::npos);
  REQUIRE(result.err.find(fragment) != std::string::npos);
  REQUIRE(std::ranges::count(result.err, '\n') == 1);
}

SCENARIO("SIM-4 The session and the turns can be written down") {
  const std::string midi = temporary("session.mid");
  const std::string turns = temporary("turns.jsonl");
  const auto result =
      runAntiphon({"simulate", "--record", midi, "--turn-log", turns, "--meter", "3/4"}, session(120, 96 * 4, kCall));
  REQUIRE(result.code == 0);
  REQUIRE(contents(midi).starts_with("MThd"));
  REQUIRE(contents(turns).find("\"begin_pulse\":72") != std::string::npos);
}

SCENARIO("SIM-5 Our own clock in virtual time") {
  const auto result =
      runAntiphon({"simulate", "--clock", "internal", "--tempo", "60", "--trace"}, "500000 in 90 3c 50\n");
  const auto all = lines(result.out);
  REQUIRE(all.front().time == 0);
  REQUIRE(all[1].time == 4000000);
  REQUIRE(all[1].rest == " answering");
}
