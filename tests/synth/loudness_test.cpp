#include "synth/loudness.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace antiphon::synth {
namespace {

/// A sine in the left and another in the right, interleaved.
std::vector<float> sines(double rate, double seconds, double hertz, double left, double right) {
  std::vector<float> sound;
  for (int f = 0; f < rate * seconds; ++f) {
    const double s = std::sin(2 * std::numbers::pi * hertz * f / rate);
    sound.push_back(static_cast<float>(left * s));
    sound.push_back(static_cast<float>(right * s));
  }
  return sound;
}

Levels levelsOf(double rate, const std::vector<float>& sound) {
  LoudnessMeter meter{SampleRate{rate}};
  const auto frames = static_cast<int>(sound.size() / 2);
  for (int f = 0; f < frames; f += 32)
    meter.hear(sound.data() + 2 * f, sound.data() + 2 * f + 1, 2, std::min(32, frames - f));
  return meter.levels();
}

double gain(double decibels) { return std::pow(10, decibels / 20); }

}  // namespace

SCENARIO("A sine is as loud as the standard says") {
  const double rate = GENERATE(44100.0, 48000.0, 96000.0, 192000.0);
  CAPTURE(rate);
  GIVEN("1 kHz at -23 dB on both sides") {
    const Levels levels = levelsOf(rate, sines(rate, 4, 997, gain(-23), gain(-23)));
    CHECK(levels.loudness == Approx(-23).margin(0.05));
    CHECK(levels.peak == Approx(-23).margin(0.02));
    CHECK(levels.rms == Approx(-26.01).margin(0.02));
  }
  GIVEN("at full scale on one side") {
    CHECK(levelsOf(rate, sines(rate, 4, 997, 1, 0)).loudness == Approx(-3.01).margin(0.05));
  }
  GIVEN("100 Hz, which is heard as a little less, and 10 kHz, as more") {
    CHECK(levelsOf(rate, sines(rate, 4, 100, gain(-23), gain(-23))).loudness == Approx(-24.8).margin(0.2));
    CHECK(levelsOf(rate, sines(rate, 4, 10000, gain(-23), gain(-23))).loudness == Approx(-19.7).margin(0.2));
  }
}

SCENARIO("A meter forgets what was three seconds ago, and what is no number") {
  LoudnessMeter meter{SampleRate{48000}};
  const auto loud = sines(48000, 1, 440, 1, 1);
  meter.hear(loud.data(), loud.data() + 1, 2, 48000);
  CHECK(meter.levels().peak == Approx(0).margin(0.01));
  const float none = std::numeric_limits<float>::quiet_NaN();
  meter.hear(&none, &none, 0, 1000);
  CHECK(std::isfinite(meter.levels().loudness));
  const float silence = 0;
  meter.hear(&silence, &silence, 0, 4 * 48000);
  CHECK(meter.levels().peak == Levels::kNothing);
  CHECK(meter.levels().rms == Levels::kNothing);
}

}  // namespace antiphon::synth
