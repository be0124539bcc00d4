// Stems in files, also such as no one should be given.
#include <catch2/catch.hpp>
#include <fstream>
#include <limits>
#include <thread>

#include "synth/mix/report.hpp"
#include "tests/support/sound_files.hpp"
#include "tests/support/tracks.hpp"

namespace antiphon::synth {
namespace {

using Catch::Matchers::Contains;

std::vector<float> tone(double hertz, double level, double seconds, int rate, int channels = 1) {
  std::vector<float> sound;
  for (int f = 0; f < seconds * rate; ++f) {
    for (int c = 0; c < channels; ++c) sound.push_back(static_cast<float>(level) * sine(f, hertz, rate));
  }
  return sound;
}

}  // namespace

SCENARIO("MIX-19 Stems of other lengths, rates and channels are one mix") {
  SoundFolder folder{"mix-files"};
  const std::vector<StemFile> files{{folder.write("Bass DI.wav", tone(60, 0.2, 5, 44100), 1, 44100)},
                                    {folder.write("lead.wav", tone(880, 0.1, 2, 96000, 2), 2, 96000)},
                                    {folder.write("pad.wav", tone(330, 0.1, 3, 48000, 32), 32, 48000)},
                                    {folder.write("other.wav", tone(500, 0.1, 4, 8000), 1, 8000), "Bass DI"}};
  const MixReport mix = report(files);
  CHECK(mix.measure.seconds == Approx(5).margin(0.01));
  REQUIRE(mix.measure.tracks.size() == 4);
  CHECK(mix.measure.tracks[0].strip.name == "bass_di");
  CHECK(mix.measure.tracks[3].strip.name == "bass_di_2");
  CHECK(mix.measure.tracks[0].role == Role::bass);
  CHECK(mix.measure.tracks[1].measure.loudness == Approx(-20).margin(1));
  // The lead is over after two of five seconds.
  CHECK(mix.measure.tracks[1].measure.sounding == Approx(0.4).margin(0.03));
  const std::size_t moments = mix.measure.tracks[0].measure.moments.size();
  for (const MixTrack& track : mix.measure.tracks) CHECK(track.measure.moments.size() == moments);
}

SCENARIO("MIX-20 What is no stem is said in a sentence") {
  SoundFolder folder{"mix-bad"};
  const auto good = folder.write("good.wav", tone(500, 0.1, 1, 48000));
  std::ofstream{folder / "text.wav"} << "this is no sound at all";
  CHECK_THROWS_WITH(report({{folder / "text.wav"}}), Contains("text.wav"));
  CHECK_THROWS_WITH(report({{good}, {folder / "none.wav"}}), Contains("none.wav"));
  CHECK_THROWS_WITH(report(std::vector<StemFile>{}), Contains("there are no stems"));
  CHECK_THROWS_WITH(report(std::vector<StemFile>(65, {good})), "65 stems were given; a mix has at most 64");
  CHECK_THROWS_WITH(report({{folder.write("still.wav", std::vector<float>(48000))}}),
                    "the track is silent: there is nothing to mix");
  CHECK_THROWS_AS(report({{folder.write("empty.wav", {})}}), MixError);
  auto sick = tone(500, 0.1, 2, 48000);
  for (std::size_t i = 0; i < sick.size(); i += 100) sick[i] = std::numeric_limits<float>::quiet_NaN();
  const MixReport mix = report({{good}, {folder.write("sick.wav", sick)}});
  CHECK(std::isfinite(mix.measure.loudness));
  CHECK(std::isfinite(mix.levels.loudness));
  REQUIRE(!mix.advice.notes.empty());
  CHECK_THAT(mix.advice.notes.back(), Contains("960 samples of sick were no numbers"));
}

SCENARIO("MIX-21 Names of files become names of tracks") {
  CHECK(trackName("Lead Vox (take 2)") == "lead_vox__take_2_");
  CHECK(trackName("../../etc/passwd") == "______etc_passwd");
  CHECK(trackName("master") == "master_track");
  CHECK(trackName("") == "track");
  CHECK(trackName(std::string(200, 'a')).size() == 24);
}

SCENARIO("MIX-22 Several mixes are measured at the same time, and each as if it were alone") {
  SoundFolder folder{"mix-threads"};
  const std::vector<StemFile> files{{folder.write("bass.wav", tone(60, 0.2, 3, 44100), 1, 44100)},
                                    {folder.write("lead.wav", tone(880, 0.1, 3, 48000))}};
  const MixReport alone = report(files);
  std::vector<MixReport> all(4);
  std::vector<std::thread> threads;
  for (MixReport& one : all) threads.emplace_back([&] { one = report(files); });
  for (std::thread& thread : threads) thread.join();
  for (const MixReport& one : all) {
    CHECK(one.measure.loudness == alone.measure.loudness);
    CHECK(one.levels.tracks[0].gain == alone.levels.tracks[0].gain);
    CHECK(one.advice.suggestions.size() == alone.advice.suggestions.size());
  }
}

}  // namespace antiphon::synth
