#include "synth/loudness.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace antiphon::synth {
namespace {

// The two filters of BS.1770 are given at 48 kHz only; these are the analog ones that they were made of.
constexpr double kShelfHertz = 1681.974450955533, kShelfGain = 3.999843853973347, kShelfQ = 0.7071752369554196;
constexpr double kLowHertz = 38.13547087602444, kLowQ = 0.5003270373238773;

double decibels(double power) { return std::max(Levels::kNothing, 10 * std::log10(std::max(power, 1e-20))); }

}  // namespace

LoudnessMeter::LoudnessMeter(SampleRate rate) : perTenth_{static_cast<int>(std::lround(rate.hertz / 10))} {
  {
    const double k = std::tan(std::numbers::pi * kShelfHertz / rate.hertz);
    const double high = std::pow(10.0, kShelfGain / 20), band = std::pow(high, 0.4996667741545416);
    const double a0 = 1 + k / kShelfQ + k * k;
    shelf_ = {(high + band * k / kShelfQ + k * k) / a0, 2 * (k * k - high) / a0,
              (high - band * k / kShelfQ + k * k) / a0, 2 * (k * k - 1) / a0, (1 - k / kShelfQ + k * k) / a0};
  }
  const double k = std::tan(std::numbers::pi * kLowHertz / rate.hertz);
  const double a0 = 1 + k / kLowQ + k * k;
  low_ = {1, -2, 1, 2 * (k * k - 1) / a0, (1 - k / kLowQ + k * k) / a0};
}

double LoudnessMeter::Filter::next(std::size_t side, double in) {
  const double out = b0 * in + first[side];
  first[side] = b1 * in - a1 * out + second[side];
  second[side] = b2 * in - a2 * out;
  return out;
}

void LoudnessMeter::hear(const float* left, const float* right, std::size_t step, int frames) {
  for (int f = 0; f < frames; ++f, left += step, right += step) {
    Tenth& now = tenths_[at_];
    const std::array<double, 2> sides{static_cast<double>(*left), static_cast<double>(*right)};
    for (std::size_t side = 0; side < 2; ++side) {
      // What is no number is muted elsewhere; here it would be remembered for ever.
      const double in = std::isfinite(sides[side]) ? sides[side] : 0, heard = low_.next(side, shelf_.next(side, in));
      now.peak = std::max(now.peak, std::abs(in));
      now.power += in * in;
      now.weighted += heard * heard;
    }
    if (++frames_ < perTenth_) continue;
    publish();
    at_ = (at_ + 1) % kTenths;
    tenths_[at_] = {};
    frames_ = 0;
  }
}

void LoudnessMeter::publish() {
  Tenth all{}, last{};
  for (std::size_t back = 0; back < kTenths; ++back) {
    const Tenth& tenth = tenths_[(at_ + kTenths - back) % kTenths];
    all.peak = std::max(all.peak, tenth.peak);
    all.weighted += tenth.weighted;
    if (back >= 3) continue;
    last.power += tenth.power;
    last.peak = std::max(last.peak, tenth.peak);
  }
  peak_.store(static_cast<float>(all.peak), std::memory_order_relaxed);
  top_.store(static_cast<float>(last.peak), std::memory_order_relaxed);
  power_.store(static_cast<float>(last.power / (2.0 * 3 * perTenth_)), std::memory_order_relaxed);
  weighted_.store(static_cast<float>(all.weighted / (static_cast<double>(kTenths) * perTenth_)),
                  std::memory_order_relaxed);
}

Levels LoudnessMeter::levels() const {
  const auto level = [](const std::atomic<float>& highest) {
    const auto value = static_cast<double>(highest.load(std::memory_order_relaxed));
    return decibels(value * value);
  };
  return {level(peak_), level(top_), decibels(static_cast<double>(power_.load(std::memory_order_relaxed))),
          std::max(Levels::kNothing, decibels(static_cast<double>(weighted_.load(std::memory_order_relaxed))) - 0.691)};
}

}  // namespace antiphon::synth
