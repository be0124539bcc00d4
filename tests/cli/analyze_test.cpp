// What `antiphon analyze` says of a recording.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <vector>

#include "tests/cli/refusals.hpp"
#include "tests/support/sound_files.hpp"

using namespace antiphon::testing;
using Catch::Contains;

SCENARIO("EARS-15 a recording is told to people and to programs and drawn") {
  const antiphon::synth::SoundFolder folder{"analyze"};
  std::vector<float> sound;
  for (int i = 0; i < 5 * 44100; ++i) {
    const double t = i / 44100.0, since = std::fmod(t, 0.5);  // 120 a minute, on an A
    sound.push_back(static_cast<float>(0.5 * std::exp(-8 * since) * std::sin(2 * std::numbers::pi * 440 * t)));
  }
  const std::string file = folder.write("pings.wav", sound, 1, 44100), png = folder / "pings.png";
  const auto told = runAntiphon({"analyze", file, "--png", png});
  CHECK(told.code == 0);
  CHECK_THAT(told.out, Contains("0:05.0, 44.1 kHz, 1 channel\n"));
  CHECK_THAT(told.out, Contains("LUFS"));
  CHECK(std::filesystem::file_size(png) > 1000);
  const auto json = nlohmann::json::parse(runAntiphon({"analyze", file, "--json"}).out);
  CHECK(json.at("duration") == 5.0);
  CHECK(json.at("beats") == json.at("beat_times").size());
  const double tempo = json.at("tempo");
  CHECK((std::abs(tempo - 120) < 2 || std::abs(tempo - 60) < 1));
}

SCENARIO("EARS-15 what cannot be analyzed is said in one line") {
  const antiphon::synth::SoundFolder folder{"analyze-bad"};
  refused({"analyze", folder / "none.wav"}, "none.wav is not there");
  std::ofstream{folder / "letter.wav"} << "Dear all, this is a letter and not a sound.";
  refused({"analyze", folder / "letter.wav"}, "is no sound file that can be read");
  const std::string file = folder.write("one.wav", {0.1f, 0.2f});
  refused({"analyze", file, "--png", folder / "none" + "/x.png"}, "cannot be written");
}
