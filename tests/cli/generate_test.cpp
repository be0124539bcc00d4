// Making music up at a prompt.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "model/key.hpp"
#include "model/midi_file.hpp"
#include "tests/cli/program.hpp"
#include "tests/cli/refusals.hpp"

using namespace antiphon;
using namespace antiphon::testing;

SCENARIO("GEN-9 a bass line is asked for and lies in a file") {
  const std::string out = temporary("bass.mid");
  const auto run = [&](const char* seed) {
    return runAntiphon({"generate", "--style", "bass", "--key", "C#", "--scale", "minor pentatonic", "--bars", "7",
                        "--tempo", "90.5", "--seed", seed, "--out", out, "--json"});
  };
  const auto result = run("3");
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto json = nlohmann::json::parse(result.out);
  CHECK(json["part"] == "bass");
  CHECK(json["scale"] == "minor-pentatonic");
  CHECK(json["program"] == 34);
  const MidiFile file = readMidiFile(out);
  CHECK(file.end == 7 * 1920);
  CHECK(file.tempo()->bpm() == Approx(90.5).margin(0.01));
  REQUIRE(file.tracks.size() == 1);
  CHECK(file.tracks[0].notes.size() == json["notes"].size());
  for (const FileNote& note : file.tracks[0].notes)
    CHECK(contains(Key{1, ScaleMode::minorPentatonic}.pitchClasses(), note.pitch));
  const std::string before = contents(out);
  THEN("the same seed makes the same bytes and another others") {
    run("3");
    CHECK((contents(out) == before));
    run("4");
    CHECK((contents(out) != before));
  }
}

SCENARIO("GEN-10 what cannot be made is refused in a line") {
  const std::string out = temporary("none.mid");
  const auto refuse = [&](std::vector<std::string> words, const std::string& why) {
    words.insert(words.begin(), "generate");
    words.insert(words.end(), {"--out", out});
    refused(words, why);
  };
  refuse({"--scale", "moll"}, "scale is 'moll'; possible are major, minor");
  refuse({"--key", "H"}, "key is 'H'; possible are C");
  refuse({"--bars", "65"}, "choose a whole number from 1 to 64");
  refuse({"--temperature", "2.5"}, "choose a number from 0 to 2");
  refuse({"--tempo", "nan"}, "choose a number from 20 to 400");
  refuse({"--style", "techno"}, "does not know 'techno'; possible are drums, bass, melody");
  refused({"generate", "--style", "bass"}, "give --out FILE.mid, or --json");
  CHECK_FALSE(std::filesystem::exists(out));
}
