// Measures sound: how loud, which tones, how like another.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <ctime>
#include <numbers>
#include <span>
#include <vector>

#include "tests/support/alone.hpp"

namespace antiphon::synth {

using Sound = std::vector<float>;

inline std::span<const float> part(const Sound& sound, int from, int to) {
  return std::span{sound}.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
}

inline double decibels(double ratio) { return 20 * std::log10(std::max(ratio, 1e-15)); }

inline double loudest(std::span<const float> sound) {
  double most = 0;
  for (const float x : sound) most = std::max(most, static_cast<double>(std::abs(x)));
  return most;
}

inline double powerOf(std::span<const float> sound) {
  double power = 0;
  for (const float x : sound) power += static_cast<double>(x) * static_cast<double>(x);
  return power;
}

inline double rms(std::span<const float> sound) {
  return std::sqrt(powerOf(sound) / static_cast<double>(std::max<std::size_t>(sound.size(), 1)));
}

/// How loud a tone of this frequency is in it, through Hann's window; a sine of 1 says 1.
inline double toneIn(std::span<const float> sound, double hertz, double rate = 48000) {
  const auto count = static_cast<double>(sound.size());
  // Both turn by multiplication: a sine for every frame would be most of the work.
  const std::complex<double> turn = std::polar(1.0, -2 * std::numbers::pi * hertz / rate);
  const std::complex<double> slow = std::polar(1.0, 2 * std::numbers::pi / count);
  std::complex<double> sum = 0, tone = 1, hann = 1;
  double whole = 0;
  for (const float x : sound) {
    const double window = 0.5 - 0.5 * hann.real();
    sum += window * static_cast<double>(x) * tone;
    whole += window;
    tone = {tone.real() * turn.real() - tone.imag() * turn.imag(),
            tone.real() * turn.imag() + tone.imag() * turn.real()};
    hann = {hann.real() * slow.real() - hann.imag() * slow.imag(),
            hann.real() * slow.imag() + hann.imag() * slow.real()};
  }
  return 2 * std::abs(sum) / whole;
}

/// -1 .. 1; 0: they have nothing in common.
inline double likeness(std::span<const float> a, std::span<const float> b) {
  double both = 0;
  for (std::size_t i = 0; i < a.size(); ++i) both += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return both / std::sqrt(std::max(powerOf(a) * powerOf(b), 1e-30));
}

/// The greatest step from one frame to the next.
inline double steepest(std::span<const float> sound) {
  double most = 0;
  for (std::size_t i = 1; i < sound.size(); ++i)
    most = std::max(most, std::abs(static_cast<double>(sound[i]) - static_cast<double>(sound[i - 1])));
  return most;
}

/// Hiss of at most 1, the same at the same frame.
inline float hiss(int frame, int lane = 0) {
  std::uint32_t x = static_cast<std::uint32_t>(frame) * 0x9E3779B9u + static_cast<std::uint32_t>(lane) * 0x85EBCA6Bu;
  x = (x ^ (x >> 16)) * 0x7FEB352Du;
  x = (x ^ (x >> 15)) * 0x846CA68Bu;
  x ^= x >> 16;
  return static_cast<float>(x) * (2.0f / 4294967296.0f) - 1.0f;
}

inline float sine(int frame, double hertz, double rate = 48000) {
  return static_cast<float>(std::sin(2 * std::numbers::pi * hertz / rate * frame));
}

/// What comes out of the machine that `make` makes, whether it is played in blocks of 32 frames or of 7.
template <class Make>
bool heedsNoBlocks(Make make, int frames = 3000) {
  Alone whole = make(), split = make();
  return whole.play(frames) == split.play(frames, {}, 7);
}

/// How many seconds of sound are made in a second.
inline double timesRealTime(Alone& alone, double seconds = 20, double rate = 48000) {
  double best = 0;
  for (int trial = 0; trial < 3; ++trial) {
    const std::clock_t begin = std::clock();  // of this processor's time, whoever else is using it
    alone.run(static_cast<int>(seconds * rate));
    best = std::max(best, seconds * CLOCKS_PER_SEC / static_cast<double>(std::clock() - begin));
  }
  return best;
}

}  // namespace antiphon::synth
