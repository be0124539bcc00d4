#include <algorithm>
#include <catch2/catch.hpp>

#include "model/aria/shape.hpp"
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

SCENARIO("DEMO-3 A public Aria checkpoint plays, and says beforehand what this machine streams of it", "[real-time]") {
  const std::string aria = temporary("demo-aria.safetensors"), turns = temporary("demo-aria.jsonl");
  antiphon::writeRandomAria(aria, antiphon::AriaShape{48, 2, 3, 96, antiphon::kAriaLiveTokens}, 7);
  const auto result =
      runAntiphon({"run", "--backend", "loopback", "--tempo", "120", "--measures", "2", "--turns", "2", "--guard", "12",
                   "--checkpoint", aria, "--record", temporary("demo-aria.mid"), "--turn-log", turns});
  INFO(result.out);
  REQUIRE(result.code == 0);
  const auto said = result.out.find("[model] aria, 2 layers of width 48, int8, ");
  REQUIRE(said != std::string::npos);
  REQUIRE(result.out.find("tokens/s: streams up to ") != std::string::npos);
  REQUIRE(said < result.out.find("[turn 1]"));
  REQUIRE(result.out.find("[turn 2]") != std::string::npos);
  REQUIRE(result.out.find("every note closed") != std::string::npos);
  REQUIRE(contents(turns).find("\"late_bars\":0") != std::string::npos);
}

SCENARIO("SOLO-1 A file plays instead of a person, is heard, and is answered bar by bar", "[real-time]") {
  const std::string call = temporary("solo-call.mid"), turns = temporary("solo.jsonl");
  // What a demonstration recorded is a file with notes in it.
  REQUIRE(runAntiphon(
              {"run", "--backend", "loopback", "--tempo", "240", "--measures", "1", "--turns", "1", "--record", call})
              .code == 0);
  const auto result = runAntiphon({"solo", "--player", call, "--tempo", "240", "--measures", "1", "--device", "none",
                                   "--turn-log", turns, "--answerer", "echo"});
  INFO(result.out + result.err);
  REQUIRE(result.code == 0);
  REQUIRE(result.out.find("nobody hears it") != std::string::npos);
  REQUIRE(result.out.find("[turn 1]") != std::string::npos);
  REQUIRE(contents(turns).find("\"late_bars\":0") != std::string::npos);
}

SCENARIO("SOLO-2 Without a terminal and without a file, solo says that there is nothing to play on", "[real-time]") {
  Running solo{{ANTIPHON_PROGRAM, "solo", "--device", "none"}};
  REQUIRE(solo.says("there are no keys to play on", 10));
  solo.type("voice answer theremin\nstatus\nquit\n");
  REQUIRE(solo.wait(10) == 0);
  REQUIRE(solo.output().find("there is no instrument called 'theremin'") != std::string::npos);
  REQUIRE(solo.output().find("sound: heard by nobody") != std::string::npos);
}

SCENARIO("STUDIO-1 A groove is typed through a pipe", "[real-time]") {
  Running studio{{ANTIPHON_PROGRAM, "studio", "--device", "none", "--answerer", "echo"}};
  REQUIRE(studio.says("on our own clock, 120 BPM", 10));
  studio.type(
      "create kick\nsequence kick: x...x...x...x...\nplay\nwait 500ms\npatterns\nquantize beat\nplay nobody\n"
      "tempo 130\nquit\n");
  REQUIRE(studio.wait(10) == 0);
  const std::string output = studio.output();
  INFO(output);
  CHECK(output.find("ok play: kick") != std::string::npos);
  CHECK(output.find("ok kick: x...x...x...x...  in 1/16  plays") != std::string::npos);
  CHECK(output.find("ok changes come with the next beat") != std::string::npos);
  CHECK(output.find("error nothing is written for nobody") != std::string::npos);
  CHECK(output.find("ok tempo 130 BPM") != std::string::npos);
}

TEST_CASE("what is asked of the sound and cannot be is refused in a line") {
  for (const auto& [words, why] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"run", "--through"}, "add --synth"},
           {{"run", "--device", "Scarlett"}, "neither cpu nor cuda"},
           {{"run", "--backend", "loopback", "--synth", "theremin"}, "theremin"},
           {{"run", "--backend", "loopback", "--synth", "nothing.studio"}, "nothing.studio"},
           {{"run", "--backend", "loopback", "--synth", "--rate", "12"}, "--rate"},
           {{"solo", "--clock", "external"}, "keeps time by itself"},
           {{"solo", "--player", "nothing.mid"}, "nothing.mid"}}) {
    const auto result = runAntiphon(words);
    INFO(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.find(why) != std::string::npos);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
}
