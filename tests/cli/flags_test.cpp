#include <catch2/catch.hpp>

#include "tests/cli/program.hpp"

using namespace antiphon::testing;

SCENARIO("FLAG-1 What is not possible is said in one line, with what is") {
  const auto [words, fragment] = GENERATE(table<std::vector<std::string>, std::string>({
      {{"run", "--loud"}, "--loud"},
      {{"run", "--measures", "65"}, "a whole number from 1 to 64"},
      {{"run", "--measures", "two"}, "'two' is not possible"},
      {{"run", "--measures"}, "--measures"},
      {{"run", "--meter", "4/5"}, "3/4, 6/8, 7/8"},
      {{"run", "--meter", "0/4"}, "3/4, 6/8, 7/8"},
      {{"run", "--backend", "steam"}, "auto, jack, alsa, coremidi, winmm, loopback"},
      {{"run", "--late", "never"}, "echo, rest, wait"},
      {{"run", "--offset-ms", "101"}, "from -100 to 100 milliseconds"},
      {{"run", "--offset-ms", "nan"}, "from -100 to 100 milliseconds"},
      {{"run", "--tempo", "1000"}, "from 20 to 400"},
      {{"run", "--channel", "0"}, "from 1 to 16"},
      {{"run", "--play-trigger", "cc:200"}, "cc:0 to cc:127"},
      {{"run", "--clock-out"}, "--clock internal"},
      {{"run", "--play-key", "r", "--mode", "manual"}, "different keys"},
      {{"run", "--quantize", "32"}, "off, 8, 8t, 16, 16t"},
      {{"run", "--answerer", "nobody"}, "echo"},
      {{"studio", "--daw", "logic"}, "possible are dawg:http://localhost:8080 and abletonosc"},
      {{"studio", "--daw", "dawg:https://localhost"}, "possible are dawg:http://localhost:8080"},
      {{"simulate", "--think-ms", "-1"}, "from 0"},
      {{"dance"}, "dance"},
      {std::vector<std::string>{}, "subcommand"},
  }));
  const auto result = runAntiphon(words);
  INFO(result.err);
  REQUIRE(result.code == 2);
  REQUIRE(result.out.empty());
  REQUIRE(result.err.find(fragment) != std::string::npos);
  REQUIRE(std::ranges::count(result.err, '\n') == 1);
}

SCENARIO("FLAG-2 A back end that this machine lacks says why") {
  const auto result = runAntiphon({"run", "--backend", "coremidi"});
  REQUIRE(result.code == 2);
  REQUIRE(result.err.find("coremidi") != std::string::npos);
  REQUIRE(std::ranges::count(result.err, '\n') == 1);
}

SCENARIO("FLAG-3 The older bridge's spellings work") {
  const auto result = runAntiphon(
      {"simulate", "--gen_measures", "4", "--human_measures=2", "--beats_per_bar", "4", "--clock_in", "ARIA_CLOCK"});
  REQUIRE(result.code == 0);
}

SCENARIO("FLAG-4 Help and version") {
  REQUIRE(runAntiphon({"--help"}).code == 0);
  REQUIRE(runAntiphon({"run", "--help"}).out.find("--measures") != std::string::npos);
  REQUIRE(runAntiphon({"--version"}).out.starts_with("antiphon "));
}
