#include "synth/loudness.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon::synth {
namespace {

double decibelsOfPower(double power) { return std::max(Levels::kNothing, 10 * std::log10(std::max(power, 1e-20))); }

}  // namespace

LoudnessMeter::LoudnessMeter(SampleRate rate)
    : perTenth_{static_cast<int>(std::lround(rate.hertz / 10))}, weighting_{KWeighting{rate}, KWeighting{rate}} {}

void LoudnessMeter::hear(const float* left, const float* right, std::size_t step, int frames) {
  for (int f = 0; f < frames; ++f, left += step, right += step) {
    Tenth& now = tenths_[at_];
    const std::array<double, 2> sides{static_cast<double>(*left), static_cast<double>(*right)};
    for (std::size_t side = 0; side < 2; ++side) {
      // What is no number is muted elsewhere; here it would be remembered for ever.
      const double in = std::isfinite(sides[side]) ? sides[side] : 0, heard = weighting_[side].next(in);
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
    return decibelsOfPower(value * value);
  };
  return {level(peak_), level(top_), decibelsOfPower(static_cast<double>(power_.load(std::memory_order_relaxed))),
          std::max(Levels::kNothing,
                   decibelsOfPower(static_cast<double>(weighted_.load(std::memory_order_relaxed))) - 0.691)};
}

}  // namespace antiphon::synth
