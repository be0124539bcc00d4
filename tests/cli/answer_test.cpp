// Answering files, as a program or a person at a prompt does.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bridge/phrase_file.hpp"
#include "cli/answerers.hpp"
#include "model/aria/midi_events.hpp"
#include "model/aria/shape.hpp"
#include "model/key.hpp"
#include "model/midi_file.hpp"
#include "model/safetensors.hpp"
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

SCENARIO("A public Aria checkpoint answers a file") {
  const std::string aria = temporary("aria.safetensors"), out = temporary("answer-aria.mid");
  writeRandomAria(aria, AriaShape{48, 2, 3, 96, kAriaTokens}, 7);
  const std::string call = callFile("call-aria.mid", {7, 8}, 3);
  const auto run = [&](const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"answer", call, "--checkpoint", aria, "--measures", "3", "--json", "--out", out};
    words.insert(words.end(), more.begin(), more.end());
    return runAntiphon(words);
  };
  const auto result = run();
  INFO(result.err);
  REQUIRE(result.code == 0);
  THEN("on the call's downbeat, within its bars, the same way each time") {
    const auto notes = nlohmann::json::parse(result.out)["notes"];
    REQUIRE(!notes.empty());
    CHECK(notes[0]["tick"] == 0);
    for (const auto& note : notes)
      CHECK(note["tick"].get<std::int64_t>() + note["length"].get<std::int64_t>() <= 3 * Meter{7, 8}.bar().count);
    CHECK(readMidiFile(out).end == 3 * Meter{7, 8}.bar().count);
    CHECK(run().out == result.out);
  }
  THEN("its sampling is what its authors advise, unless it is told otherwise") {
    CHECK(run({"--temperature", "0.95", "--min-p", "0.035"}).out == result.out);
    CHECK(run({"--temperature", "0"}).out != result.out);
    CHECK(run({"--min-p", "0.9"}).out != result.out);
    AnswerWish wish;
    wish.model = aria;
    const auto samplerOf = [&] { return makeAnswerer("model", wish).desk->read().sampler; };
    CHECK(samplerOf().temperature == 0.95);
    CHECK(samplerOf().minP == 0.035);
    wish.given = {"--min-p"};
    wish.wishes.sampler.minP = 0.2;
    CHECK(samplerOf().temperature == 0.95);
    CHECK(samplerOf().minP == 0.2);
  }
  THEN("a rehearsal lets it know what this machine streams") {
    AnswerWish wish;
    wish.model = aria;
    const MadeAnswerer made = makeAnswerer("model", wish);
    CHECK_FALSE(made.desk->read().notesPerSecond);
    CHECK(made.rehearse().find("aria, 2 layers of width 48, int8, ") == 0);
    CHECK(made.desk->read().notesPerSecond.value() > 0);
  }
  THEN("a part and a key are kept") {
    const auto notes = nlohmann::json::parse(run({"--part", "bass", "--key", "A:minor"}).out)["notes"];
    REQUIRE(!notes.empty());
    for (const auto& note : notes) {
      CHECK(note["pitch"].get<int>() <= 60);
      CHECK(contains(parseKey("A:minor")->pitchClasses(), note["pitch"].get<int>()));
    }
  }
  THEN("what it has never learned is refused") {
    const std::vector<std::string> base{"answer", call, "--checkpoint", aria, "--out", out};
    for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
             {"--style", "waltz"}, {"--guidance", "2"}, {"--takes", "2"}, {"--density", "0.5"}, {"--device", "cuda"}}) {
      std::vector<std::string> words = base;
      words.insert(words.end(), more.begin(), more.end());
      refused(words, more.front() + ":");
    }
  }
  THEN("one with a tensor missing is refused with its name, and another architecture with that") {
    const Safetensors whole{std::filesystem::path{aria}};
    std::vector<TensorToWrite> tensors;
    for (const auto& [name, view] : whole.tensors()) {
      if (name != "lm_head.weight")
        tensors.push_back({name, view.type, view.shape, {view.bytes.begin(), view.bytes.end()}});
    }
    const std::string torso = temporary("torso.safetensors"), stranger = temporary("stranger.safetensors");
    writeSafetensors(torso, tensors, {});
    refused({"answer", call, "--checkpoint", torso, "--out", out}, "'lm_head.weight' is missing");
    tensors.erase(tensors.begin() + 1, tensors.end());
    tensors.front().name = "drone";
    writeSafetensors(stranger, tensors, {{"architecture", "bagpipe"}});
    refused({"answer", call, "--checkpoint", stranger, "--out", out}, "'bagpipe'");
  }
}

SCENARIO("A public Aria checkpoint that has tokens for the pedal answers a file with it") {
  const std::string blank = temporary("aria-blank.safetensors"), aria = temporary("aria-pedal.safetensors");
  writeRandomAria(blank, AriaShape{48, 2, 3, 96, kAriaLiveTokens}, 7);
  const Safetensors chance{std::filesystem::path{blank}};
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, view] : chance.tensors()) {
    tensors.push_back({name, view.type, view.shape, {view.bytes.begin(), view.bytes.end()}});
    auto& bytes = tensors.back().bytes;
    // Every thought is shifted to where the rows of the pedal's tokens point: there is little it likes as much.
    const std::size_t row = 48 * 2;
    auto from = name == "model.out_layer_norm.bias" ? bytes.begin()
                : name == "lm_head.weight"          ? bytes.end() - static_cast<std::ptrdiff_t>(2 * row)
                                                    : bytes.end();
    for (; from < bytes.end(); from += 2) from[0] = std::byte{0}, from[1] = std::byte{0x40};  // 2, in bf16
  }
  writeSafetensors(aria, tensors, {chance.metadata().begin(), chance.metadata().end()});
  const std::string call = callFile("call-aria-pedal.mid", {4, 4}, 2), out = temporary("answer-aria-pedal.mid");
  const auto result =
      runAntiphon({"answer", call, "--checkpoint", aria, "--measures", "3", "--json", "--out", out, "--key", "off"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto pedals = nlohmann::json::parse(result.out)["pedals"];
  REQUIRE(pedals.size() > 2);
  for (std::size_t i = 0; i < pedals.size(); ++i) CHECK(pedals[i]["down"] == (i % 2 == 0));
  std::ifstream in{out, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto events = aria::midiEvents({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, out).pedals;
  REQUIRE(events.size() >= pedals.size());
  for (std::size_t i = 0; i < pedals.size(); ++i) {
    CHECK(events[i].at == pedals[i]["tick"]);
    CHECK(events[i].value == (pedals[i]["down"] ? 127 : 0));
  }
  CHECK(events.back().value == 0);
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
