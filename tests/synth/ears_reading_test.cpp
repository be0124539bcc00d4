// EARS: files of every kind are read a block at a time, at any rate; what is no sound is said in a sentence.
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numbers>
#include <vector>

#include "synth/ears/sound_reader.hpp"
#include "synth/ears/spectra.hpp"
#include "tests/support/sound_files.hpp"

namespace antiphon::synth {
namespace {

std::vector<float> sine(double rate, double seconds, double hertz, int channels = 1, double level = 0.5) {
  std::vector<float> sound;
  for (int f = 0; f < rate * seconds; ++f) {
    for (int c = 0; c < channels; ++c)
      sound.push_back(static_cast<float>(level * std::sin(2 * std::numbers::pi * hertz * f / rate)));
  }
  return sound;
}

struct Read {
  std::vector<float> left{}, right{};
  std::size_t longestBlock = 0;
  std::int64_t noNumbers = 0;
};

Read readAll(const std::string& file, const SoundReader::Wish& wish) {
  SoundReader reader{file, wish};
  Read read;
  while (reader.next()) {
    read.left.insert(read.left.end(), reader.left().begin(), reader.left().end());
    read.right.insert(read.right.end(), reader.right().begin(), reader.right().end());
    read.longestBlock = std::max(read.longestBlock, reader.left().size());
  }
  read.noNumbers = reader.noNumbers();
  return read;
}

std::string refusal(const std::string& file) {
  try {
    readAll(file, {});
  } catch (const SoundFileError& error) {
    return error.what();
  }
  return "nothing was refused";
}

/// The largest difference, away from the ends.
double apart(const std::vector<float>& a, const std::vector<float>& b) {
  double most = 0;
  for (std::size_t i = 2000; i + 2000 < std::min(a.size(), b.size()); ++i)
    most = std::max(most, static_cast<double>(std::abs(a[i] - b[i])));
  return most;
}

void cutInHalf(const std::string& file) { std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2); }

}  // namespace

SCENARIO("EARS-1 a sound is the same at every rate and in every kind of file") {
  const SoundFolder folder{"ears-reading"};
  const double rate = GENERATE(8000.0, 22050.0, 44100.0, 48000.0, 96000.0, 192000.0);
  const std::string file = folder.write("sine.wav", sine(rate, 2, 440), 1, static_cast<int>(rate));
  const Read read = readAll(file, {.rate = SampleRate{44100}, .sides = Sides::one});
  CHECK(std::abs(static_cast<double>(read.left.size()) - 2 * 44100) <= 2);
  CHECK(apart(read.left, sine(44100, 2, 440)) < 1e-4);
  CHECK(read.longestBlock < 500'000);
}

SCENARIO("EARS-1 all kinds of files are read") {
  const SoundFolder folder{"ears-kinds"};
  const auto [name, format, near] =
      GENERATE(table<const char*, int, double>({{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1e-3},
                                                {"b.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 1e-4},
                                                {"c.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 1e-4},
                                                {"d.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0.05},
                                                {"e.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 0.05}}));
  CAPTURE(name);
  const std::string file = folder.write(name, sine(44100, 2, 440, 2), 2, 44100, format);
  const Read read = readAll(file, {});
  CHECK(std::abs(static_cast<double>(read.left.size()) - 2 * 44100) <= 2 * 1152);
  CHECK(apart(read.left, sine(44100, 2, 440)) < near);
  CHECK(apart(read.right, sine(44100, 2, 440)) < near);
}

SCENARIO("EARS-2 channels are folded to one side or two") {
  const SoundFolder folder{"ears-channels"};
  GIVEN("left and right") {
    const std::string file = folder.write("two.wav", {0.5f, -0.25f, 0.5f, -0.25f}, 2);
    CHECK(readAll(file, {}).right[1] == -0.25f);
    CHECK(readAll(file, {.sides = Sides::one}).left[1] == 0.125f);
  }
  GIVEN("one: both sides hear it") { CHECK(readAll(folder.write("one.wav", {0.5f, 0.25f}), {}).right[1] == 0.25f); }
  GIVEN("a film's six: the centre and what is behind are added, the low one is not") {
    const std::string file = folder.write("six.wav", {0.1f, 0.2f, 0.4f, 0.9f, 0.0f, -0.2f}, 6);
    const Read read = readAll(file, {});
    CHECK(read.left[0] == Approx(0.1 + 0.4 * std::sqrt(0.5)));
    CHECK(read.right[0] == Approx(0.2 + 0.2 * std::sqrt(0.5)));
  }
  GIVEN("as many as there may be") {
    const Read read = readAll(folder.write("many.wav", std::vector<float>(256 * 3, 0.25f), 256), {});
    CHECK(read.left == std::vector<float>(3, 0.25f));
    CHECK(read.right == std::vector<float>(3, 0.25f));
  }
}

SCENARIO("EARS-3 what is no sound is said in a sentence") {
  const SoundFolder folder{"ears-bad"};
  GIVEN("nothing, or something else") {
    CHECK_THAT(refusal(folder / "none.wav"), Catch::Contains("none.wav is not there"));
    std::ofstream{folder / "empty.wav"};
    CHECK_THAT(refusal(folder / "empty.wav"), Catch::Contains("is empty"));
    const std::string letter = GENERATE("letter.wav", "letter.mp3", "letter.vox", "letter");
    std::ofstream{folder / letter} << std::string(5000, 'x');
    CHECK_THAT(refusal(folder / letter), Catch::Contains("is no sound file that can be read"));
    CHECK_THAT(refusal(folder / "."), Catch::Contains("is a folder"));
  }
  GIVEN("a file that was cut off") {
    const auto [name, format] =
        GENERATE(table<const char*, int>({{"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
                                          {"b.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
                                          {"c.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24},
                                          {"d.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
                                          {"e.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}}));
    const std::string file = folder.write(name, sine(44100, 3, 440), 1, 44100, format);
    cutInHalf(file);
    CHECK_THAT(refusal(file), Catch::Contains("cut off"));
  }
  GIVEN("a head and no sound") {
    CHECK_THAT(refusal(folder.write("silent.wav", {})), Catch::Contains("holds no sound"));
  }
  GIVEN("another kind than it is called: it is read all the same") {
    const std::string file = folder.write("really.wav", {0.5f, 0.5f, 0.5f});
    std::filesystem::rename(file, folder / "really.mp3");
    CHECK(readAll(folder / "really.mp3", {}).left.size() == 3);
  }
  GIVEN("what is no number, or beyond all bounds") {
    const float none = std::numeric_limits<float>::quiet_NaN(), endless = std::numeric_limits<float>::infinity();
    const Read read = readAll(folder.write("nan.wav", {0.5f, none, endless, -endless, 1e20f, 0.25f}), {});
    CHECK(read.noNumbers == 4);
    CHECK(read.left == std::vector<float>{0.5f, 0, 0, 0, 0, 0.25f});
  }
}

SCENARIO("EARS-4 spectra stand where librosa has them") {
  // A frame more than whole hops, the first one's middle on the first sample, silence around.
  std::vector<float> sound;
  for (int i = 0; i < 5000; ++i) sound.push_back(static_cast<float>(std::sin(0.3 * i) + 0.2 * std::cos(0.011 * i * i)));
  std::vector<std::vector<float>> frames;
  Spectra spectra{[&](const Spectra::Frame& frame) {
    CHECK(frame.number == static_cast<std::int64_t>(frames.size()));
    frames.emplace_back(frame.power.begin(), frame.power.end());
  }};
  for (std::size_t at = 0; at < sound.size(); at += 700)
    spectra.hear(std::span{sound}.subspan(at, std::min<std::size_t>(700, sound.size() - at)));
  spectra.end();
  REQUIRE(frames.size() == 1 + 5000 / 512);
  for (const std::size_t frame : {0U, 4U, 9U}) {
    for (const std::size_t bin : {1U, 98U, 700U}) {
      std::complex<double> sum = 0;
      for (int i = 0; i < 2048; ++i) {
        const int at = static_cast<int>(frame) * 512 - 1024 + i;
        if (at < 0 || at >= 5000) continue;
        const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / 2048);
        sum += window * static_cast<double>(sound[static_cast<std::size_t>(at)]) *
               std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(bin) * i / 2048);
      }
      CHECK(frames[frame][bin] == Approx(std::norm(sum)).epsilon(1e-3).margin(1e-3));
    }
  }
}

}  // namespace antiphon::synth
