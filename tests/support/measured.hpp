// What a sound is like, in numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <span>
#include <vector>

#include "tests/support/alone.hpp"

namespace antiphon::synth {

inline constexpr double kRate = 48000;

inline float sineAt(double hertz, int frame, double rate = kRate) {
  return static_cast<float>(std::sin(2 * std::numbers::pi * std::fmod(hertz * frame / rate, 1.0)));
}
inline double decibels(double gain) { return 20 * std::log10(std::max(gain, 1e-12)); }
inline double cents(double hertz, double of) { return 1200 * std::log2(hertz / of); }

inline double loudest(std::span<const float> sound) {
  double most = 0;
  for (const float x : sound) most = std::max(most, std::abs(static_cast<double>(x)));
  return most;
}
inline bool allFinite(std::span<const float> sound) {
  return std::ranges::all_of(sound, [](float x) { return std::isfinite(x); });
}

/// How much of a frequency is in a sound, as the amplitude of a sine; seen through a window that hides what is more
/// than five bins off by 110 dB.
inline double amplitudeAt(std::span<const float> sound, double hertz, double rate = kRate) {
  std::complex<double> sum;
  double weight = 0;
  const double turn = 2 * std::numbers::pi / static_cast<double>(sound.size());
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const double x = turn * (static_cast<double>(i) + 0.5);
    const double window = 0.35875 - 0.48829 * std::cos(x) + 0.14128 * std::cos(2 * x) - 0.01168 * std::cos(3 * x);
    const double angle = 2 * std::numbers::pi * std::fmod(hertz / rate * static_cast<double>(i), 1.0);
    sum += window * static_cast<double>(sound[i]) * std::polar(1.0, -angle);
    weight += window;
  }
  return 2 * std::abs(sum) / weight;
}

/// How much louder a sine of that pitch comes out than it went in, in dB, once the module has come to rest.
inline double response(Alone& module, double hertz, std::string_view outlet = {}, int settle = 9600, int listen = 4800,
                       double rate = kRate, float amplitude = 0.1f) {
  module.module().calm();
  module.feed("in", [=](int frame, int) { return amplitude * sineAt(hertz, frame, rate); });
  const auto sound = module.play(settle + listen, outlet)[0];
  return decibels(amplitudeAt(std::span{sound}.subspan(static_cast<std::size_t>(settle)), hertz, rate) /
                  static_cast<double>(amplitude));
}

/// Whether blocks of any length make the same sound, to the last bit.
template <typename MakeModule>
bool sameInAnyBlocks(MakeModule make, int frames = 2000, std::string_view outlet = {}) {
  Alone one = make(), other = make();
  return one.play(frames, outlet, kBlock) == other.play(frames, outlet, 7);
}

/// How many times faster than it sounds a module is, on one core; the best of some tries, since others use it too.
inline double timesRealTime(Alone& module, int blocks = 1500) {
  double least = 1e9;
  for (int i = 0; i < 5; ++i) least = std::min(least, module.seconds(blocks));
  return blocks * kBlock / kRate / least;
}

}  // namespace antiphon::synth
