// Rulers for tones: how pure one is, and how high.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <vector>

namespace antiphon::synth {

/// In place; as many as a power of two.
inline void fourier(std::vector<std::complex<double>>& x) {
  const std::size_t n = x.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n / 2;
    for (; j & bit; bit /= 2) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  std::vector<std::complex<double>> turn(n / 2);
  for (std::size_t i = 0; i < n / 2; ++i)
    turn[i] = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n));
  for (std::size_t length = 2; length <= n; length *= 2) {
    for (std::size_t i = 0; i < n; i += length) {
      for (std::size_t k = 0; k < length / 2; ++k) {
        const auto a = x[i + k], b = x[i + k + length / 2] * turn[k * (n / length)];
        x[i + k] = a + b;
        x[i + k + length / 2] = a - b;
      }
    }
  }
}

/// Kaiser's window of that many frames; with beta 20 what it leaks is 150 dB down, 7 bins away.
inline std::vector<double> kaiser(std::size_t frames, double beta = 20) {
  const auto bessel = [](double x) {
    double sum = 1, term = 1;
    for (int k = 1; k < 80; ++k) sum += term *= x * x / (4.0 * k * k);
    return sum;
  };
  std::vector<double> window(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    const double x = 2 * static_cast<double>(i) / static_cast<double>(frames - 1) - 1;
    window[i] = bessel(beta * std::sqrt(std::max(0.0, 1 - x * x))) / bessel(beta);
  }
  return window;
}

/// The power in each bin of the last 65536 frames.
inline std::vector<double> powers(const std::vector<float>& sound) {
  constexpr std::size_t n = 65536;
  static const std::vector<double> window = kaiser(n);
  std::vector<std::complex<double>> bins(n);
  for (std::size_t i = 0; i < n; ++i) bins[i] = window[i] * static_cast<double>(sound.at(sound.size() - n + i));
  fourier(bins);
  std::vector<double> power(n / 2);
  for (std::size_t i = 0; i < power.size(); ++i) power[i] = std::norm(bins[i]);
  return power;
}

/// Decibels by which the fundamental, or another of its harmonics, is above all that is none of them, 20 Hz to 20 kHz.
/// What lies under the harmonics themselves cannot be seen; it is taken to be as strong as what lies between them.
inline double purity(const std::vector<float>& sound, double hertz, double rate = 48000, double which = 1) {
  constexpr double lobe = 8;  // bins to each side
  const auto power = powers(sound);
  const double perBin = rate / 65536;
  double tone = 0, rest = 0;
  std::size_t seen = 0, all = 0;
  for (std::size_t i = 0; i < power.size(); ++i) {
    const double at = static_cast<double>(i) * perBin, harmonic = std::round(at / hertz);
    const bool inLobe = harmonic > 0 && std::abs(at - harmonic * hertz) <= lobe * perBin;
    if (inLobe && harmonic == which) tone += power[i];
    if (at < 20 || at > 20000) continue;
    ++all;
    if (inLobe) continue;
    ++seen;
    rest += power[i];
  }
  return 10 * std::log10(tone / (rest * static_cast<double>(all) / static_cast<double>(seen) + 1e-300));
}

/// How strong a sine of that pitch is in it, from a frame on, and where its cycle began: the window is 48000 frames.
inline std::complex<double> sineIn(const std::vector<float>& sound, double hertz, double rate = 48000,
                                   std::size_t begin = 0) {
  constexpr std::size_t length = 48000;
  static const std::vector<double> window = kaiser(length, 12);
  static const double weight = std::accumulate(window.begin(), window.end(), 0.0) / 2;
  const double turns = hertz / rate;
  auto now = std::polar(1.0, -2 * std::numbers::pi * std::fmod(turns * static_cast<double>(begin), 1.0));
  const auto step = std::polar(1.0, -2 * std::numbers::pi * turns);
  std::complex<double> sum = 0;
  for (std::size_t i = 0; i < length; ++i, now *= step)
    sum += window[i] * static_cast<double>(sound.at(begin + i)) * now;
  return sum / weight;
}
inline double turnsOf(std::complex<double> sine) { return std::arg(sine) / (2 * std::numbers::pi); }

/// By how many cents a tone's fundamental is higher than it should be: how far its phase runs ahead over the time that
/// the sound is longer than a second.
inline double centsOff(const std::vector<float>& sound, double hertz, double rate = 48000) {
  const std::size_t apart = sound.size() - 48000;
  const double ahead =
      std::remainder(turnsOf(sineIn(sound, hertz, rate, apart)) - turnsOf(sineIn(sound, hertz, rate)), 1);
  return 1200 * std::log2(1 + ahead * rate / static_cast<double>(apart) / hertz);
}

inline double rootMeanSquare(const std::vector<float>& sound) {
  double sum = 0;
  for (const float x : sound) sum += static_cast<double>(x) * static_cast<double>(x);
  return std::sqrt(sum / static_cast<double>(sound.size()));
}

}  // namespace antiphon::synth
