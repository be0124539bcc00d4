// The window by Kaiser that makes filters of sines: beta 9 leaves 90 dB below what it lets through.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

namespace antiphon::synth {

/// From -1 to 1; 1 in the middle.
inline double kaiser(double x, double beta) {
  const auto bessel = [](double z) {
    double sum = 1, term = 1;
    for (int k = 1; k < 40; ++k) sum += term *= z * z / (4.0 * k * k);
    return sum;
  };
  return bessel(beta * std::sqrt(std::max(0.0, 1 - x * x))) / bessel(beta);
}

inline double sinc(double x) {
  const double turn = std::numbers::pi * x;
  return std::abs(turn) < 1e-9 ? 1 : std::sin(turn) / turn;
}

}  // namespace antiphon::synth
