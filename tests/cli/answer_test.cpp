// Answering files, as a program or a person at a prompt does.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bridge/phrase_file.hpp"
#include "model/midi_file.hpp"
#include "tests/cli/program.hpp"
#include "tests/cli/refusals.hpp"

using namespace antiphon;
using namespace antiphon::testing;

namespace {

std::string callFile(const std::string& name, Meter meter, int bars) {
  Phrase call{meter, bars, {}};
  for (int i = 0; i < bars * meter.beats; ++i)
    call.notes.push_back({i * meter.beat(), meter.beat() - kPulse, static_cast<std::uint8_t>(60 + i * 2 % 7), 90, 0});
  const std::string path = temporary(name);
  writePhraseFile(path, meter, Tempo::bpm(93), {{"Call", call, {}}});
  return path;
}

}  // namespace

SCENARIO("A call in a file gets an answer in a file") {
  for (const char* who : {"model", "markov", "echo"}) {
    GIVEN(std::string{"three bars of 7/8, answered by the "} + who) {
      const std::string call = callFile(std::string{"call-"} + who + ".mid", {7, 8}, 3),
                        out = temporary(std::string{"answer-"} + who + ".mid");
      const auto run = [&] {
        return runAntiphon(
            {"answer", call, "--measures", "4", "--answerer", who, "--out", out, "--json", "--seed", "5"});
      };
      const auto result = run();
      INFO(result.err);
      REQUIRE(result.code == 0);
      const auto json = nlohmann::json::parse(result.out);
      THEN("it keeps the metre and the tempo, and has exactly its bars") {
        const MidiFile file = readMidiFile(out);
        CHECK(file.meterAt(0) == Meter{7, 8});
        CHECK(file.tempo()->bpm() == Approx(93).margin(0.01));
        CHECK(file.end == 4 * Meter{7, 8}.bar().count);
        REQUIRE(!json["notes"].empty());
        for (const auto& note : json["notes"])
          CHECK(note["tick"].get<std::int64_t>() + note["length"].get<std::int64_t>() <= file.end);
      }
      THEN("the same seed gives the same answer") { CHECK(run().out == result.out); }
    }
  }
}

SCENARIO("What cannot be answered is refused in one line, with exit code 2") {
  const std::string text = temporary("text.mid"), empty = temporary("empty.mid"), out = temporary("out.mid");
  std::ofstream{text} << "this is no music";
  writePhraseFile(empty, {4, 4}, Tempo::bpm(120), {});
  refused({"answer", text, "--out", out}, "not a MIDI file");
  refused({"answer", empty, "--out", out}, "no notes");
  refused({"answer", "/nowhere.mid", "--out", out}, "cannot be read");
  refused({"answer", callFile("long.mid", {9, 4}, 2), "--out", out}, "9/4");
  refused({"answer", callFile("fine.mid", {4, 4}, 2), "--out", out, "--model", text}, "not a checkpoint");
  refused({"answer", callFile("fine.mid", {4, 4}, 2), "--out", out, "--density", "lots"}, "--density");
  refused({"answer", callFile("fine.mid", {4, 4}, 2), "--out", out, "--key", "H"}, "--key");
  refused({"eval", "--data", "/nowhere"}, "no such folder");
}

SCENARIO("A folder of music is judged") {
  const std::string folder = temporary("music");
  std::filesystem::create_directories(folder + "/songs");
  std::filesystem::copy_file(callFile("song.mid", {4, 4}, 16), folder + "/songs/song.mid",
                             std::filesystem::copy_options::overwrite_existing);
  const auto result = runAntiphon({"eval", "--data", folder, "--limit", "3", "--json"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto json = nlohmann::json::parse(result.out);
  for (const char* who : {"human", "model", "markov", "echo"}) {
    for (const char* figure : {"in_key", "bars_filled", "density_ok", "copied"}) CHECK(json[who].contains(figure));
    CHECK(json[who]["broken"] == 0);
  }
  CHECK(json["model"]["bits_per_note"].get<double>() > 0);
  CHECK(json["markov"]["bits_per_note"].get<double>() > 0);
}
