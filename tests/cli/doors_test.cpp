// The doors for programs, as a user opens them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/cli/program.hpp"

using namespace antiphon::testing;
using Catch::Contains;

namespace {

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

SCENARIO("DOOR-1 The command table is listed, for people and for programs") {
  const auto json = runAntiphon({"commands", "--json"});
  REQUIRE(json.code == 0);
  const auto table = nlohmann::json::parse(json.out);
  REQUIRE(table.is_array());
  std::vector<std::string> names;
  for (const auto& command : table) {
    names.push_back(command.at("name"));
    CHECK_FALSE(command.at("help").get<std::string>().empty());
    for (const auto& parameter : command.at("params")) CHECK(parameter.contains("kind"));
  }
  for (const char* name : {"help", "create", "patch", "set", "note", "sequence", "play", "tempo", "density", "voice"})
    CHECK(std::ranges::find(names, name) != names.end());
  CHECK_THAT(runAntiphon({"commands"}).out, Contains("patterns: sequence melody"));
  CHECK_THAT(runAntiphon({"commands", "patterns"}).out, Contains("mute <name> [how on|off = on]"));
  CHECK_THAT(runAntiphon({"commands", "tempo"}).out, Contains("The speed of the internal clock."));
  const auto wrong = runAntiphon({"commands", "tenpo"});
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, Contains("the nearest are tempo"));
}

SCENARIO("DOOR-2 A studio answers a pipe line by line", "[real-time]") {
  const std::string session =
      "create bass osc=saw\nsequence bass: x...\nhelp\nsett bass 1\n" + std::string(1 << 20, 'm') + "\nwait 0\nquit\n";
  const auto plain = runAntiphon({"studio", "--device", "none", "--answerer", "echo", "--log-level", "off"}, session);
  REQUIRE(plain.code == 0);
  const auto lines = linesOf(plain.out);
  REQUIRE(lines.size() == 7);
  for (const std::string& line : lines) CHECK((line.starts_with("ok") || line.starts_with("error ")));
  CHECK_THAT(lines[2], Contains("patterns: sequence melody"));
  CHECK_THAT(lines[3], Contains("error There is no command \"sett\"; the nearest are set"));
  CHECK_THAT(lines[4], Contains("error"));
  const auto json = runAntiphon({"studio", "--device", "none", "--answerer", "echo", "--json"}, session);
  REQUIRE(json.code == 0);
  const auto objects = linesOf(json.out);
  REQUIRE(objects.size() == 7);
  for (std::size_t i = 0; i < objects.size(); ++i)
    CHECK(nlohmann::json::parse(objects[i]).at("ok") == lines[i].starts_with("ok"));
  CHECK_THAT(json.err, Contains("[studio] on our own clock"));
}

SCENARIO("DOOR-3 Another program talks to a studio by its socket", "[real-time]") {
  const std::string path = temporary("studio.sock");
  Running studio{{ANTIPHON_PROGRAM, "studio", "--device", "none", "--answerer", "echo", "--socket", path}};
  REQUIRE(studio.says("[socket] " + path, 10));
  const auto good = runAntiphon({"send", "--socket", path, "create bass osc=saw", "set bass.cutoff 700"});
  CHECK(good.code == 0);
  CHECK(good.out == "ok\nok\n");
  const auto piped = runAntiphon({"send", "--socket", path, "--json"}, "# a comment\n\nsho bass\nwait 3\n");
  CHECK(piped.code == 1);
  REQUIRE(linesOf(piped.out).size() == 2);
  CHECK_THAT(piped.out, Contains("the nearest are show") && Contains("wait is for files and pipes"));
  const auto second = runAntiphon({"studio", "--device", "none", "--answerer", "echo", "--socket", path});
  CHECK(second.code == 2);
  CHECK_THAT(second.err, Contains("already"));
  CHECK(runAntiphon({"send", "--socket", path, "quit"}).code == 0);
  CHECK(studio.wait(10) == 0);
  const auto nobody = runAntiphon({"send", "--socket", path, "panic"});
  CHECK(nobody.code == 2);
  CHECK_THAT(nobody.err, Contains("nobody listens at " + path));
}

SCENARIO("DOOR-4 OSC is asked for wrongly") {
  const auto bind = runAntiphon({"studio", "--osc-bind", "0.0.0.0"});
  CHECK(bind.code == 2);
  CHECK_THAT(bind.err, Contains("add --osc"));
  CHECK(runAntiphon({"studio", "--osc", "99999"}).code == 2);
#if defined(ANTIPHON_HAVE_LIBLO)
  const auto where = runAntiphon({"studio", "--device", "none", "--answerer", "echo", "--osc", "--osc-bind", "here"});
  CHECK(where.code == 2);
  CHECK_THAT(where.err, Contains("--osc-bind takes an IPv4 address"));
#else
  const auto without = runAntiphon({"studio", "--device", "none", "--answerer", "echo", "--osc"});
  CHECK(without.code == 2);
  CHECK_THAT(without.err, Contains("no liblo"));
#endif
}

SCENARIO("STATUS-5 A studio keeps a status file, and a DAW that is away does not hold it up", "[real-time]") {
  const std::string file = temporary("status/status.json");
  // Nobody listens at port 9, the discard service of old.
  const auto result = runAntiphon(
      {"studio", "--device", "none", "--answerer", "markov", "--status-file", file, "--daw", "dawg:http://127.0.0.1:9"},
      "daw play\nwait 0.3\ndaw\nquit\n");
  INFO(result.out);
  REQUIRE(result.code == 0);
  CHECK_THAT(result.out, Contains("[daw] DAWG at http://127.0.0.1:9 is away: ") && Contains("ok DAWG at"));
  const auto json = nlohmann::json::parse(contents(file));
  CHECK(json["phase"] == "closed");
  CHECK(json["ai_models"]["answers"] == "markov");
  CHECK(json["instance"].get<std::string>().starts_with("antiphon-"));
}
