// EARS: a whole analysis: what is played is found, and whatever a file holds, an answer comes.
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numbers>
#include <random>
#include <thread>
#include <vector>

#include "synth/ears/analysis.hpp"
#include "synth/ears/picture.hpp"
#include "tests/support/sound_files.hpp"

namespace antiphon::synth {
namespace {

constexpr double kRate = 44100;

struct Piece {
  std::vector<float> sound;
  explicit Piece(double seconds) : sound(static_cast<std::size_t>(seconds * kRate)) {}

  void add(double at, double seconds, double level, auto wave) {
    const auto begin = static_cast<std::size_t>(at * kRate);
    for (std::size_t i = 0; i < static_cast<std::size_t>(seconds * kRate) && begin + i < sound.size(); ++i)
      sound[begin + i] += static_cast<float>(level * wave(static_cast<double>(i) / kRate));
  }
  void tone(double at, double seconds, int pitch, double level = 0.1) {
    const double hertz = 440 * std::exp2((pitch - 69) / 12.0);
    add(at, seconds, level, [&](double t) {
      double sum = 0;
      for (int k = 1; k <= 5; ++k) sum += std::sin(2 * std::numbers::pi * hertz * k * t) / (k * k);
      return sum * std::min(1.0, t / 0.005) * std::min(1.0, (seconds - t) / 0.02);
    });
  }
  void kick(double at) {
    add(at, 0.2, 0.6, [](double t) {
      return std::sin(2 * std::numbers::pi * (60 * t - 1.2 * std::exp(-t * 30))) * std::exp(-t * 20);
    });
  }
  void snare(double at) {
    add(at, 0.15, 0.3, [this](double t) { return noise_(chance_) * std::exp(-t * 30); });
  }
  void hat(double at) {
    double last = 0;
    add(at, 0.05, 0.1, [&](double t) {
      const double now = noise_(chance_), bright = now - last;
      last = now;
      return bright * std::exp(-t * 80);
    });
  }

 private:
  std::mt19937 chance_{5};
  std::normal_distribution<double> noise_{};
};

/// Kick, snare, hats; chords one a bar, their roots in the bass.
Piece song(double bpm, int bars, const std::vector<std::vector<int>>& chords) {
  const double beat = 60 / bpm;
  Piece piece{bars * 4 * beat + 1};
  for (int bar = 0; bar < bars; ++bar) {
    for (int b = 0; b < 4; ++b) {
      const double at = 0.5 + (4 * bar + b) * beat;
      if (b % 2 == 0) piece.kick(at);
      else piece.snare(at);
      piece.hat(at);
      piece.hat(at + beat / 2);
    }
    const auto& chord = chords[static_cast<std::size_t>(bar) % chords.size()];
    const double at = 0.5 + 4 * bar * beat;
    for (const int pitch : chord) piece.tone(at, 4 * beat, pitch, 0.06);
    piece.tone(at, 2 * beat, chord[0] - 24);
    piece.tone(at + 2 * beat, 2 * beat, chord[0] - 24);
  }
  return piece;
}

const std::vector<std::vector<int>> kInC{{60, 64, 67}, {65, 69, 72}, {67, 71, 74}, {60, 64, 67}};
const std::vector<std::vector<int>> kInFSharpMinor{{66, 69, 73}, {71, 74, 78}, {73, 77, 80}, {66, 69, 73}};

}  // namespace

SCENARIO("EARS-8 tempo and beats and key of a plain groove") {
  const SoundFolder folder{"ears-song"};
  const auto [bpm, minor] = GENERATE(table<double, bool>({{84, false}, {120, true}, {150, false}}));
  CAPTURE(bpm);
  const std::string file = folder.write("song.wav", song(bpm, 10, minor ? kInFSharpMinor : kInC).sound, 1, 44100,
                                        SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  const Analysis found = analyse(file);
  CHECK(found.tempo == Approx(bpm).epsilon(0.01));
  CHECK(found.key == (minor ? "F#" : "C"));
  CHECK(found.mode == (minor ? "minor" : "major"));
  CHECK(std::abs(found.tuningCents) < 5);
  REQUIRE(found.beatTimes.size() >= 39);
  REQUIRE(found.beatTimes.size() <= 42);
  int near = 0;
  for (const double time : found.beatTimes) {
    const double beat = (time - 0.5) * bpm / 60;
    near += std::abs(beat - std::round(beat)) * 60 / bpm < 0.035 ? 1 : 0;
  }
  CHECK(near >= 38);
}

SCENARIO("EARS-9 colour is as librosa defines it") {
  const SoundFolder folder{"ears-colour"};
  GIVEN("a sine of 1 kHz at half of full scale") {
    Piece piece{4};
    piece.add(0, 4, 0.5, [](double t) { return std::sin(2 * std::numbers::pi * 1000 * t); });
    const Analysis found = analyse(folder.write("sine.wav", piece.sound, 1, 44100));
    CHECK(found.duration == Approx(4));
    CHECK(found.spectralCentroidMean == Approx(1000).epsilon(0.02));
    CHECK(found.spectralRolloffMean == Approx(1000).margin(2 * 44100.0 / 2048));
    // 345 frames; the two at each end are in part silence.
    CHECK(found.rmsMean == Approx(0.5 / std::sqrt(2)).epsilon(0.005));
    CHECK(found.zeroCrossingRateMean == Approx(2000 / kRate).epsilon(0.01));
    CHECK(found.balance[3] == Approx(0).margin(0.01));
    CHECK(found.crestFactor.value_or(0) == Approx(3.01).margin(0.02));
    CHECK(found.truePeak.value_or(0) == Approx(-6.02).margin(0.05));
  }
  GIVEN("noise: each figure by its formula in the test") {
    std::mt19937 chance{3};
    std::normal_distribution<double> noise;
    std::vector<float> sound;
    for (int i = 0; i < 3000; ++i) sound.push_back(static_cast<float>(0.1 * noise(chance)));
    const Analysis found = analyse(folder.write("noise.wav", sound, 1, 44100));
    double centroids = 0, rolloffs = 0, rms = 0, crossings = 0;
    const int frames = 1 + 3000 / 512;
    for (int frame = 0; frame < frames; ++frame) {
      std::vector<double> magnitude(1025);
      const auto at = [&](int i) {
        const int place = frame * 512 - 1024 + i;
        return place < 0 || place >= 3000 ? 0.0 : static_cast<double>(sound[static_cast<std::size_t>(place)]);
      };
      double power = 0, changes = 0;
      for (int i = 0; i < 2048; ++i) {
        power += at(i) * at(i);
        const int place = frame * 512 - 1024 + i;
        if (place >= 1 && place < 3000 && i > 0) changes += (at(i) < 0) != (at(i - 1) < 0) ? 1 : 0;
      }
      for (std::size_t bin = 0; bin < 1025; ++bin) {
        // By Goertzel's recurrence: a plain sum with sines would take a minute.
        const double turn = 2 * std::numbers::pi * static_cast<double>(bin) / 2048;
        double one = 0, two = 0;
        for (int i = 0; i < 2048; ++i) {
          const double next =
              at(i) * (0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / 2048)) + 2 * std::cos(turn) * one - two;
          two = one;
          one = next;
        }
        magnitude[bin] = std::sqrt(std::max(0.0, one * one + two * two - 2 * std::cos(turn) * one * two));
      }
      double sum = 0, moment = 0, below = 0;
      for (std::size_t bin = 0; bin < 1025; ++bin) {
        sum += magnitude[bin];
        moment += magnitude[bin] * static_cast<double>(bin);
      }
      std::size_t edge = 0;
      while ((below += magnitude[edge]) < 0.85 * sum) ++edge;
      centroids += moment / sum * kRate / 2048;
      rolloffs += static_cast<double>(edge) * kRate / 2048;
      rms += std::sqrt(power / 2048);
      crossings += changes / 2048;
    }
    CHECK(found.spectralCentroidMean == Approx(centroids / frames).epsilon(1e-3));
    CHECK(found.spectralRolloffMean == Approx(rolloffs / frames).epsilon(1e-3));
    CHECK(found.rmsMean == Approx(rms / frames).epsilon(1e-4));
    CHECK(found.zeroCrossingRateMean == Approx(crossings / frames).epsilon(1e-6));
  }
}

SCENARIO("EARS-9 width tells mono from wide from wrong") {
  const SoundFolder folder{"ears-width"};
  std::mt19937 chance{9};
  std::normal_distribution<float> noise{0, 0.1f};
  const auto widthOf = [&](float copied, float own) {
    std::vector<float> sound;
    for (int i = 0; i < 44100; ++i) {
      const float left = noise(chance);
      sound.push_back(left);
      sound.push_back(copied * left + own * noise(chance));
    }
    return analyse(folder.write("width.wav", sound, 2, 44100));
  };
  CHECK(widthOf(1, 0).stereoWidth == Approx(0).margin(1e-6));
  CHECK(widthOf(1, 0).stereoCorrelation == Approx(1).margin(1e-6));
  CHECK(widthOf(0, 1).stereoWidth == Approx(0.5).margin(0.02));
  CHECK(widthOf(-1, 0).stereoWidth == Approx(1).margin(1e-6));
  CHECK(widthOf(-1, 0).stereoCorrelation == Approx(-1).margin(1e-6));
}

SCENARIO("EARS-10 whatever a file holds - an answer comes") {
  const SoundFolder folder{"ears-odd"};
  GIVEN("silence: no beat and no key and no loudness") {
    const Analysis found = analyse(folder.write("silence.wav", std::vector<float>(5 * 48000)));
    CHECK(found.tempo == 0);
    CHECK(found.beatTimes.empty());
    CHECK(found.key.empty());
    CHECK(found.onsetRate == 0);
    CHECK(!found.loudness.integrated);
    CHECK(!found.truePeak);
    CHECK(found.spectralCentroidMean == 0);
  }
  GIVEN("a single sample") {
    const Analysis found = analyse(folder.write("one.wav", {0.5f}));
    CHECK(found.tempo == 0);
    CHECK(found.samplePeak.value_or(0) == Approx(-6.02).margin(0.01));
    CHECK(!found.loudness.integrated);
  }
  GIVEN("thirty-two channels") {
    std::vector<float> sound;
    for (int i = 0; i < 48000; ++i) {
      for (int c = 0; c < 32; ++c) sound.push_back(0.1f * static_cast<float>(std::sin(0.05 * i)));
    }
    const Analysis found = analyse(folder.write("many.wav", sound, 32));
    CHECK(found.channels == 32);
    CHECK(found.stereoWidth == Approx(0).margin(1e-6));
  }
  GIVEN("nothing but what is no number") {
    const std::vector<float> none(48000, std::numeric_limits<float>::quiet_NaN());
    const Analysis found = analyse(folder.write("none.wav", none));
    CHECK(found.noNumbers == 48000);
    CHECK(found.tempo == 0);
    CHECK(found.rmsMean == 0);
  }
  GIVEN("full scale that changes its sign with each sample, and a steady level") {
    std::vector<float> sound;
    for (int i = 0; i < 60000; ++i) sound.push_back(i % 2 == 0 ? 1.0f : -1.0f);
    CHECK(std::isfinite(analyse(folder.write("fast.wav", sound)).spectralCentroidMean));
    CHECK(std::isfinite(analyse(folder.write("steady.wav", std::vector<float>(60000, 1.0f))).tempo));
  }
  GIVEN("noise by chance, short and long") {
    std::mt19937 chance{1};
    std::normal_distribution<float> noise;
    for (const int frames : {2, 100, 1023, 1024, 5000, 20000, 100000}) {
      std::vector<float> sound;
      for (int i = 0; i < frames; ++i) sound.push_back(noise(chance));
      const Analysis found = analyse(folder.write("noise.wav", sound));
      CHECK(std::isfinite(found.tempo));
      CHECK(std::is_sorted(found.beatTimes.begin(), found.beatTimes.end()));
      CHECK(found.keyConfidence <= 1);
    }
  }
}

SCENARIO("EARS-11 half an hour is heard in little memory and can be stopped") {
  const SoundFolder folder{"ears-long"};
#ifdef ANTIPHON_SANITIZED
  const int minutes = 2;
#else
  const int minutes = 30;
#endif
  // The same groove again and again, written piece by piece.
  const std::string file = folder / "long.wav";
  const std::vector<float> groove = song(120, 8, kInC).sound;
  const std::size_t bars = 16 * 44100;  // eight bars of two seconds, without the rests around
  SF_INFO info{};
  info.samplerate = 44100;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  SNDFILE* const open = sf_open(file.c_str(), SFM_WRITE, &info);
  REQUIRE(open != nullptr);
  const int rounds = minutes * 60 / 16;
  for (int i = 0; i < rounds; ++i)
    sf_write_float(open, groove.data() + 22050, static_cast<sf_count_t>(bars));
  sf_close(open);

  WHEN("it is heard to its end") {
    double last = 0;
    bool ascends = true;
    const Analysis found = analyse(file, {.progress = [&](double share) {
                                     ascends = ascends && share >= last && share <= 1;
                                     last = share;
                                   }});
    CHECK(ascends);
    CHECK(last == 1);
    CHECK(found.tempo == Approx(120).epsilon(0.01));
    CHECK(found.beatTimes.size() == Approx(rounds * 32).epsilon(0.03));
  }
  WHEN("somebody stops it") {
    std::stop_source source;
    double heard = 0;
    CHECK_THROWS_AS(analyse(file, {.progress =
                                       [&](double share) {
                                         heard = share;
                                         if (share > 0.1) source.request_stop();
                                       },
                                   .stop = source.get_token()}),
                    AnalysisStopped);
    CHECK(heard < 0.3);
  }
}

SCENARIO("EARS-12 several analyses at once are each as if alone") {
  const SoundFolder folder{"ears-many"};
  std::vector<std::string> files;
  std::vector<Analysis> alone, together(3);
  for (const double bpm : {90.0, 120.0, 140.0}) {
    files.push_back(folder.write("song" + std::to_string(files.size()) + ".wav", song(bpm, 4, kInC).sound, 1, 48000));
    alone.push_back(analyse(files.back()));
  }
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < files.size(); ++i) threads.emplace_back([&, i] { together[i] = analyse(files[i]); });
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    CHECK(together[i].tempo == alone[i].tempo);
    CHECK(together[i].beatTimes == alone[i].beatTimes);
    CHECK(together[i].spectralCentroidMean == alone[i].spectralCentroidMean);
    CHECK(together[i].loudness.integrated == alone[i].loudness.integrated);
  }
}

SCENARIO("EARS-13 a picture is drawn") {
  const SoundFolder folder{"ears-picture"};
  const std::string png = folder / "song.png";
  const std::string file = folder.write("song.wav", song(120, 4, kInC).sound, 1, 44100);
  drawPicture(analyse(file, {.portrait = true}), png);
  std::ifstream in{png, std::ios::binary};
  std::string begin(24, '\0');
  in.read(begin.data(), 24);
  CHECK(begin.substr(1, 3) == "PNG");
  const auto number = [&](std::size_t at) {
    return static_cast<unsigned char>(begin[at + 2]) * 256 + static_cast<unsigned char>(begin[at + 3]);
  };
  CHECK(number(16) == 1280);
  CHECK(number(20) > 600);
  CHECK_THROWS_WITH(drawPicture(analyse(file, {.portrait = true}), folder / "none" + "/song.png"),
                    Catch::Contains("cannot be written"));
  drawPicture(analyse(folder.write("one.wav", {0.5f}), {.portrait = true}), png);
}

}  // namespace antiphon::synth
