// antiphon mix: stems in, advice and a levelled mix out.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/refusals.hpp"
#include "tests/support/sound_files.hpp"

namespace antiphon::testing {
namespace {

using Catch::Matchers::Contains;

std::vector<float> tone(double hertz, double level, double seconds, int rate) {
  std::vector<float> sound;
  for (int f = 0; f < seconds * rate; ++f)
    sound.push_back(static_cast<float>(level * std::sin(2 * 3.14159265358979 * hertz * f / rate)));
  return sound;
}

}  // namespace

SCENARIO("MIX-32 Stems are judged and levelled by the program") {
  const synth::SoundFolder folder{"mix-program"};
  const auto bass = folder.write("bass.wav", tone(60, 0.1, 4, 44100), 1, 44100);
  const auto lead = folder.write("lead.wav", tone(700, 0.4, 3, 48000));
  const std::string out = folder / "mix.wav";
  GIVEN("a person") {
    const auto result = runAntiphon({"mix", bass, lead, "--level", out, "--target", "-20"});
    INFO(result.err);
    CHECK(result.code == 0);
    CHECK_THAT(result.out, Contains(" of 100: "));
    CHECK_THAT(result.out, Contains("levelled: -20.0 LUFS"));
    const auto sound = synth::readSound(out);
    CHECK(std::abs(static_cast<double>(sound.left.size()) - 4 * 48000) < 5);
    double most = 0;
    for (const float sample : sound.left) most = std::max<double>(most, std::abs(sample));
    CHECK(most < 0.9);
    CHECK(most > 0.01);
  }
  GIVEN("a program") {
    const auto result = runAntiphon({"mix", bass, lead, "--json"});
    CHECK(result.code == 0);
    const auto json = nlohmann::json::parse(result.out);
    CHECK(json["mix_quality_score"].is_number());
    CHECK(json["suggestions"].is_array());
    CHECK(json["levels"]["bass"]["gain_db"].get<double>() > json["levels"]["lead"]["gain_db"].get<double>());
  }
}

SCENARIO("MIX-33 What is no mix is refused in one line") {
  const synth::SoundFolder folder{"mix-refused"};
  const auto bass = folder.write("bass.wav", tone(60, 0.1, 1, 48000));
  std::ofstream{folder / "words.wav"} << "these are words";
  refused({"mix", folder / "nobody.wav"}, "nobody.wav");
  refused({"mix", bass, folder / "words.wav"}, "words.wav");
  refused({"mix", bass, "--target", "3"}, "--target");
  refused({"mix", folder.write("still.wav", std::vector<float>(4800))}, "silent");
  refused({"mix", bass, "--level", folder / "mix.mp3"}, ".wav or .flac");
  refused({"mix"}, "stems");
}

}  // namespace antiphon::testing
