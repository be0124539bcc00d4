// EARS: loudness on the signals of EBU Tech 3341 and 3342, as they are described there, and beside libebur128.
#include <ebur128.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "synth/ears/programme_loudness.hpp"
#include "synth/ears/true_peak.hpp"

namespace antiphon::synth {
namespace {

constexpr double kRate = 48000;
#ifdef ANTIPHON_SANITIZED
constexpr int kEach = 7;  // of twenty places
#else
constexpr int kEach = 1;
#endif

double gain(double decibels) { return std::pow(10, decibels / 20); }

/// A tone for so long, as loud in each channel as is said.
struct Tone {
  double seconds;
  std::vector<double> decibels;
};
constexpr double kSilence = -1000;

std::vector<float> played(const std::vector<Tone>& tones, double rate = kRate) {
  std::vector<float> sound;
  std::int64_t at = 0;
  for (const Tone& tone : tones) {
    for (std::int64_t end = at + std::llround(tone.seconds * rate); at < end; ++at) {
      const double sine = std::sin(2 * std::numbers::pi * 1000 * static_cast<double>(at) / rate);
      for (const double decibels : tone.decibels) sound.push_back(static_cast<float>(gain(decibels) * sine));
    }
  }
  return sound;
}

Loudness loudnessOf(const std::vector<float>& sound, int channels = 2, double rate = kRate) {
  ProgrammeLoudness programme{SampleRate{rate}, channels};
  // In uneven pieces, as a file might come.
  const auto each = static_cast<std::size_t>(channels);
  for (std::size_t at = 0; at < sound.size(); at += 7919 * each)
    programme.hear(std::span{sound}.subspan(at, std::min(7919 * each, sound.size() - at)));
  return programme.loudness();
}

double both(const std::optional<double>& loudness) { return loudness.value_or(-1000); }

std::vector<double> stereo(double decibels) { return {decibels, decibels}; }

}  // namespace

SCENARIO("EARS-5 integrated loudness on cases 1 to 6 of EBU Tech 3341") {
  const auto integrated = [](const std::vector<Tone>& tones, int channels = 2) {
    return both(loudnessOf(played(tones), channels).integrated);
  };
  CHECK(integrated({{20, stereo(-23)}}) == Approx(-23).margin(0.1));
  CHECK(integrated({{20, stereo(-33)}}) == Approx(-33).margin(0.1));
  CHECK(integrated({{10, stereo(-36)}, {60, stereo(-23)}, {10, stereo(-36)}}) == Approx(-23).margin(0.1));
  CHECK(integrated({{10, stereo(-72)}, {10, stereo(-36)}, {60, stereo(-23)}, {10, stereo(-36)}, {10, stereo(-72)}}) ==
        Approx(-23).margin(0.1));
  CHECK(integrated({{20, stereo(-26)}, {20.1, stereo(-20)}, {20, stereo(-26)}}) == Approx(-23).margin(0.1));
  CHECK(integrated({{20, {-28, -28, -24, -30, -30}}}, 5) == Approx(-23).margin(0.1));
}

SCENARIO("EARS-5 the loudest 3 and 0.4 seconds on cases 9 to 14") {
  GIVEN("levels that take turns within the window: cases 9 and 12") {
    std::vector<Tone> slow, quick;
    for (int i = 0; i < 5; ++i) {
      slow.push_back({1.34, stereo(-20)});
      slow.push_back({1.66, stereo(-30)});
    }
    for (int i = 0; i < 25; ++i) {
      quick.push_back({0.18, stereo(-20)});
      quick.push_back({0.22, stereo(-30)});
    }
    CHECK(both(loudnessOf(played(slow)).shortTermMost) == Approx(-23).margin(0.1));
    CHECK(both(loudnessOf(played(quick)).momentaryMost) == Approx(-23).margin(0.1));
  }
  GIVEN("a tone just as long as the window, wherever it begins: cases 10 and 13") {
    for (int i = 0; i < 20; i += kEach) {
      const Loudness slow = loudnessOf(played({{0.15 * i, stereo(kSilence)}, {3, stereo(-23)}, {1, stereo(kSilence)}}));
      CHECK(both(slow.shortTermMost) == Approx(-23).margin(0.1));
      const Loudness quick =
          loudnessOf(played({{0.02 * i, stereo(kSilence)}, {0.4, stereo(-23)}, {1, stereo(kSilence)}}));
      CHECK(both(quick.momentaryMost) == Approx(-23).margin(0.1));
    }
  }
}

SCENARIO("EARS-5 the loudness range on cases 1 to 4 of EBU Tech 3342") {
  const auto range = [](std::initializer_list<double> levels) {
    std::vector<Tone> tones;
    for (const double level : levels) tones.push_back({20, stereo(level)});
    return loudnessOf(played(tones)).range;
  };
  CHECK(range({-20, -30}) == Approx(10).margin(1));
  CHECK(range({-20, -15}) == Approx(5).margin(1));
  CHECK(range({-40, -20}) == Approx(20).margin(1));
  CHECK(range({-50, -35, -20, -35, -50}) == Approx(15).margin(1));
}

SCENARIO("EARS-6 the true peak on cases 15 to 19 of EBU Tech 3341") {
  const auto peak = [](double divisor, double degrees, double amplitude) {
    std::vector<float> sound;
    for (int f = 0; f < 48000; ++f) {
      // It fades in and out: a tone that is cut off is another sound.
      const double fade = std::min({1.0, f / 4800.0, (48000 - f) / 4800.0});
      sound.push_back(
          static_cast<float>(amplitude * fade * std::sin(2 * std::numbers::pi * (f / divisor + degrees / 360))));
    }
    TruePeak highest{SampleRate{kRate}, 1};
    for (std::size_t at = 0; at < sound.size(); at += 999)
      highest.hear(std::span{sound}.subspan(at, std::min<std::size_t>(999, sound.size() - at)));
    highest.end();
    return 20 * std::log10(static_cast<double>(highest.highest()));
  };
  const auto within = [](double truth) { return Approx(truth - 0.1).margin(0.3); };  // +0.2, -0.4
  CHECK(peak(4, 0, 0.5) == within(-6.0));
  CHECK(peak(4, 45, 0.5) == within(-6.0));
  CHECK(peak(6, 60, 0.5) == within(-6.0));
  CHECK(peak(8, 67.5, 0.5) == within(-6.0));
  CHECK(peak(4, 45, 1.41) == within(3.0));
}

SCENARIO("EARS-7 noise that comes and goes is as loud as libebur128 says") {
#ifdef ANTIPHON_SANITIZED
  const int channels = GENERATE(2, 6);
  const unsigned rate = GENERATE(22050U);
#else
  const int channels = GENERATE(1, 2, 5, 6);
  const unsigned rate = GENERATE(44100U, 48000U, 22050U, 96000U);
#endif
  CAPTURE(channels, rate);
  std::mt19937 chance{static_cast<unsigned>(channels) * 100 + rate};
  std::normal_distribution<double> noise;
  std::vector<float> sound;
  for (unsigned f = 0; f < 12 * rate; ++f) {
    const double level = gain(-30 + 12 * std::sin(0.9 * f / rate));
    for (int c = 0; c < channels; ++c) sound.push_back(static_cast<float>(level * noise(chance) * 0.3));
  }
  ebur128_state* judge = ebur128_init(static_cast<unsigned>(channels), rate, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
  ebur128_add_frames_float(judge, sound.data(), sound.size() / static_cast<std::size_t>(channels));
  double integrated = 0, highest = 0;
  ebur128_loudness_global(judge, &integrated);
  for (unsigned c = 0; c < static_cast<unsigned>(channels); ++c) {
    double peak = 0;
    ebur128_true_peak(judge, c, &peak);
    highest = std::max(highest, peak);
  }
  ebur128_destroy(&judge);
  const Loudness ours = loudnessOf(sound, channels, rate);
  CHECK(both(ours.integrated) == Approx(integrated).margin(0.02));
  // Noise reaches up to half the rate, where the two fill in differently.
  TruePeak peak{SampleRate{static_cast<double>(rate)}, channels};
  peak.hear(sound);
  peak.end();
  CHECK(20 * std::log10(static_cast<double>(peak.highest()) / highest) == Approx(0).margin(0.5));
}

SCENARIO("EARS-5 silence has no loudness") {
  const Loudness silence = loudnessOf(std::vector<float>(48000 * 8));
  CHECK(!silence.integrated);
  CHECK(!silence.momentaryMost);
  CHECK(!silence.shortTermMost);
  CHECK(silence.range == 0);
  CHECK(!loudnessOf({}).integrated);
}

}  // namespace antiphon::synth
