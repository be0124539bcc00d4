// Looking into models from a prompt.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bridge/phrase_file.hpp"
#include "model/aria/decoder.hpp"
#include "model/aria/tokens.hpp"
#include "model/improviser.hpp"
#include "tests/cli/program.hpp"
#include "tests/cli/refusals.hpp"

using namespace antiphon;
using namespace antiphon::testing;

namespace {

std::string callFile() {
  const Meter meter{3, 4};
  Phrase call{meter, 2, {}};
  for (int i = 0; i < 6; ++i)
    call.notes.push_back({i * meter.beat(), meter.beat(), static_cast<std::uint8_t>(60 + 2 * i), 90, 0});
  const std::string path = temporary("call.mid");
  writePhraseFile(path, meter, Tempo::bpm(120), {{"Call", call, {}}});
  return path;
}

const std::string& smallAria() {
  static const std::string path = [] {
    const std::string file = temporary("small-aria.safetensors");
    writeRandomAria(file, AriaShape{48, 2, 3, 96, kAriaTokens}, 7);
    return file;
  }();
  return path;
}

}  // namespace

SCENARIO("A file is shown as a model reads it") {
  const std::string call = callFile();
  GIVEN("the built-in model") {
    const auto result = runAntiphon({"model", "tokens", call, "--json"});
    REQUIRE(result.code == 0);
    THEN("there is a header, and a step for each of two bars and six notes") {
      CHECK(nlohmann::json::parse(result.out)["ids"].size() == 9);
    }
  }
  GIVEN("a checkpoint of flat tokens") {
    const auto result = runAntiphon({"model", "tokens", call, "--checkpoint", smallAria(), "--json"});
    REQUIRE(result.code == 0);
    const auto ids = nlohmann::json::parse(result.out)["ids"].get<std::vector<int>>();
    THEN("they tell the same notes") {
      CHECK(ids == ariaTokens(std::filesystem::path{call}));
      const auto notes = ariaNotes(ids);
      REQUIRE(notes.size() == 6);
      for (std::size_t i = 0; i < notes.size(); ++i) {
        CHECK(notes[i].pitch == 60 + 2 * static_cast<int>(i));
        CHECK(notes[i].at == 500 * static_cast<std::int64_t>(i));
      }
    }
  }
}

SCENARIO("What a checkpoint of flat tokens expects is written down") {
  const std::string out = temporary("logits.safetensors");
  const auto result =
      runAntiphon({"model", "logits", "--checkpoint", smallAria(), "--ids", "0,6,7,1000", "--out", out});
  INFO(result.err);
  REQUIRE(result.code == 0);
  const Safetensors written{std::filesystem::path{out}};
  const auto logits = written.floats("logits", {1, 4, kAriaTokens});
  const Safetensors checkpoint{std::filesystem::path{smallAria()}};
  AriaDecoder decoder{std::make_shared<const AriaWeights>(loadAria(checkpoint))};
  decoder.extend(std::vector<int>{0, 6, 7, 1000}, [&](int place, std::span<const float> row) {
    CHECK(
        std::ranges::equal(row, std::span{logits}.subspan(static_cast<std::size_t>(place) * kAriaTokens, kAriaTokens)));
  });
}

SCENARIO("What no model can read is refused in one line, with exit code 2") {
  const std::string text = temporary("words.txt"), out = temporary("out.safetensors"),
                    native = temporary("native.safetensors");
  std::ofstream{text} << "this is no music";
  REQUIRE(runAntiphon({"model", "random", "--width", "64", "--layers", "1", "--out", native}).code == 0);
  refused({"model", "tokens", text}, "not a MIDI file");
  refused({"model", "tokens", callFile(), "--checkpoint", text}, "not a checkpoint");
  refused({"model", "tokens", callFile(), "--checkpoint", native}, "whole notes");
  refused({"model", "logits", "--checkpoint", native, "--ids", "1", "--out", out}, "whole notes");
  refused({"model", "logits", "--checkpoint", smallAria(), "--ids", "1,99999", "--out", out}, "99999");
  refused({"model", "logits", "--checkpoint", smallAria(), "--ids", "1;2", "--out", out}, "--ids");
  refused({"model", "info", text}, "not a checkpoint");
}
