// When something begins in a sound, and how high a tone is that is not alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "tests/support/hearing.hpp"

namespace antiphon::synth {

/// What is above a pitch, or below it: four poles, two of them twice.
inline Sound parted(std::span<const float> sound, double hertz, bool above, double rate = 48000) {
  const double w = 2 * std::numbers::pi * hertz / rate, cosine = std::cos(w),
               alpha = std::sin(w) * std::numbers::sqrt2 / 2;
  const double side = (above ? 1 + cosine : 1 - cosine) / 2, middle = above ? -2 * side : 2 * side;
  Sound heard{sound.begin(), sound.end()};
  for (int pass = 0; pass < 2; ++pass) {
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (float& sample : heard) {
      const auto x = static_cast<double>(sample);
      const double y = (side * x + middle * x1 + side * x2 + 2 * cosine * y1 - (1 - alpha) * y2) / (1 + alpha);
      x2 = std::exchange(x1, x);
      y2 = std::exchange(y1, y);
      sample = static_cast<float>(y);
    }
  }
  return heard;
}

/// The seconds at which it becomes louder by `rise` dB within 40 ms, and louder than `floor`: the mean level of 20 ms,
/// which is longer than a swing of what is low. They are found up to so much late.
inline std::vector<double> onsets(std::span<const float> sound, double floor, double rise = 12, double rate = 48000) {
  constexpr double kHop = 0.002;                             // s
  constexpr std::size_t kMean = 10, kBack = 20, kRest = 50;  // hops; in the rest nothing begins anew
  const auto hop = static_cast<std::size_t>(rate * kHop);
  std::vector<double> powers, levels;
  for (std::size_t at = 0; at + hop <= sound.size(); at += hop) {
    powers.push_back(powerOf(sound.subspan(at, hop)));
    double power = 1e-18;
    for (std::size_t i = powers.size() - std::min(powers.size(), kMean); i < powers.size(); ++i) power += powers[i];
    levels.push_back(10 * std::log10(power / static_cast<double>(kMean * hop)));
  }
  std::vector<double> found;
  std::size_t next = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    double before = i == 0 ? -180 : levels[i];
    for (std::size_t back = 1; back <= std::min(i, kBack); ++back) before = std::min(before, levels[i - back]);
    if (i < next || levels[i] < floor || levels[i] < before + rise) continue;
    found.push_back(static_cast<double>(i) * kHop);
    next = i + kRest;
  }
  return found;
}

/// How many hertz the tone has that repeats itself best in it, between two bounds; among equals the highest.
inline double pitchIn(std::span<const float> sound, double least, double most, double rate = 48000) {
  const auto longest = static_cast<std::size_t>(rate / least), shortest = static_cast<std::size_t>(rate / most);
  const std::size_t count = sound.size() - longest - 1;
  std::vector<double> differs(longest + 2, 1);
  double sum = 0;
  for (std::size_t lag = 1; lag < differs.size(); ++lag) {
    double difference = 0;
    for (std::size_t i = 0; i < count; ++i)
      difference += std::pow(static_cast<double>(sound[i]) - static_cast<double>(sound[i + lag]), 2);
    sum += difference;
    differs[lag] = difference * static_cast<double>(lag) / std::max(sum, 1e-30);  // beside all shorter ones
  }
  const double best = *std::min_element(differs.begin() + static_cast<long>(shortest), differs.end() - 1);
  std::size_t lag = shortest;
  while (differs[lag] > best + 0.1) ++lag;
  while (lag < longest && differs[lag + 1] < differs[lag]) ++lag;
  const double before = differs[lag - 1], here = differs[lag], after = differs[lag + 1];
  const double bend = before - 2 * here + after;
  return rate / (static_cast<double>(lag) + (bend > 0 ? (before - after) / (2 * bend) : 0));
}

}  // namespace antiphon::synth
