#include <catch2/catch.hpp>

#include "tests/cli/program.hpp"

using namespace antiphon::testing;

SCENARIO("DEMO-1 Without any MIDI the thing still works", "[real-time]") {
  const std::string midi = temporary("demo.mid");
  const std::string turns = temporary("demo.jsonl");
  const auto result = runAntiphon({"run", "--backend", "loopback", "--tempo", "240", "--measures", "1", "--turns", "2",
                                   "--record", midi, "--turn-log", turns});
  INFO(result.out);
  REQUIRE(result.code == 0);
  REQUIRE(result.out.find("[turn 2]") != std::string::npos);
  REQUIRE(result.out.find("[phase] HUMAN -> AI_PLAY at pulse=96") != std::string::npos);
  REQUIRE(contents(turns).find("\"late_bars\":0") != std::string::npos);
  const std::string file = contents(midi);
  REQUIRE(file.starts_with("MThd"));
  REQUIRE(file.find("Call") != std::string::npos);
  REQUIRE(file.find("Answer") != std::string::npos);
}

SCENARIO("DEMO-2 Commands work from a pipe", "[real-time]") {
  Running bridge{
      {ANTIPHON_PROGRAM, "run", "--backend", "loopback", "--turns", "100", "--record", temporary("demo.mid")}};
  REQUIRE(bridge.says("[midi]", 10));
  bridge.type("measures 4\nmeasures 99\nmesures 3\nstatus\nquit\n");
  REQUIRE(bridge.wait(10) == 0);
  REQUIRE(bridge.output().find("measures 4") != std::string::npos);
  REQUIRE(bridge.output().find("1..64") != std::string::npos);
  REQUIRE(bridge.output().find("every note closed") != std::string::npos);
}
