#include "bridge/patch_commands.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <vector>

#include "bridge/script.hpp"
#include "synth/sound_file.hpp"

using namespace antiphon;
using Catch::Matchers::Contains;

SCENARIO("a patch is typed") {
  synth::Desk desk{synth::SampleRate{48000}};
  CommandTable table;
  addPatchCommands(table, desk);
  const auto ok = [&](std::string_view line) {
    const auto reply = table.run(line);
    INFO(line << ": " << reply.text);
    CHECK(reply.ok);
    return reply.text;
  };
  ok("create v sine freq=220hz");
  ok("patch v > out");
  ok("create wobble sine freq=5hz");
  ok("patch wobble > v.freq amount=20");
  ok("set v.freq a3 over 2s");
  ok("create bass osc=sine attack=20ms");
  const auto cables = desk.patch().cables().size();
  ok("patch bass > out");
  CHECK(desk.patch().cables().size() == cables + 1);
  ok("note bass C3 90 1.5");
  CHECK_THAT(ok("list"), Contains("bass  voice") && Contains("v  sine"));
  CHECK_THAT(ok("show v"), Contains("wobble.out > v.freq amount=20"));
  CHECK_THAT(ok("modules sine"), Contains("takes freq"));
  ok("unpatch v > out");
  ok("remove bass");

  const auto before = desk.patch().modules().size();
  const auto wrong = [&](std::string_view line) {
    const auto reply = table.run(line);
    CHECK_FALSE(reply.ok);
    CHECK(desk.patch().modules().size() == before);
    return reply.text;
  };
  CHECK_THAT(wrong("create x sien"), Contains("sine"));
  CHECK_THAT(wrong("create y sine freq=loud"), Contains("not 'loud'"));
  CHECK_THAT(wrong("patch v > owt"), Contains("did you mean 'out'"));
  CHECK_THAT(wrong("patch v"), Contains("patch A > B"));
  CHECK_THAT(wrong("set v.freq 1 over"), Contains("over SECONDS"));
  CHECK_THAT(wrong("note v C3"), Contains("not played"));
  CHECK_THAT(wrong("note v C33"), Contains("C3"));
  CHECK_THAT(wrong("patch v > wobble.freq amount=x"), Contains("amount is a number"));
}

SCENARIO("an instrument shows what its knobs are for, and a sample its file") {
  synth::Desk desk{synth::SampleRate{48000}};
  CommandTable table;
  addPatchCommands(table, desk);
  REQUIRE(table.run("create ep epiano").ok);
  CHECK_THAT(table.run("show ep").text,
             Contains("how hard the tines growl") && Contains("heard nowhere yet: patch ep > out"));
  REQUIRE(table.run("create echo delay").ok);
  REQUIRE(table.run("patch ep > echo > out").ok);
  CHECK_THAT(table.run("show ep").text, Contains(" > echo.in") && !Contains("echo.left") && !Contains("nowhere"));

  const auto file = std::filesystem::temp_directory_path() / "antiphon a tone.wav";
  {
    synth::SoundFile sound{file, synth::SampleRate{44100}, synth::Depth::bits24};
    const std::vector<float> some(1000, 0.25f);
    sound.write(some, some);
    sound.close();
  }
  const auto made = table.run("create piano sample file=\"" + file.string() + "\" root=A3 loop=on");
  CHECK(made.ok);
  CHECK_THAT(table.run("show piano").text,
             Contains("file = " + file.string()) && Contains("loop = on") && Contains("root = -12 semitones"));
  std::filesystem::remove(file);
  CHECK(table.run("set piano.start 50%").ok);
  const auto refused = table.run("create other sample file=\"" + file.string() + "\"");
  CHECK_FALSE(refused.ok);
  CHECK_THAT(refused.text, Contains("is not there"));
  CHECK_THAT(table.run("create other sample").text, Contains("file=PATH"));
  CHECK_THAT(table.run("modules sample").text, Contains("asks for file=PATH"));
}

SCENARIO("a script has comments, and notes with sharps") {
  CHECK(withoutComment("note bass c#3 # a sharp") == "note bass c#3");
  CHECK(withoutComment("# nothing") == "");
  CHECK(withoutComment("say \"a # b\"") == "say \"a # b\"");
  CHECK_THROWS_WITH(readScript("/nowhere/at-all.studio"), Contains("cannot be read"));
}
