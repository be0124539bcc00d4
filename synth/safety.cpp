#include "synth/safety.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace antiphon::synth {
namespace {

constexpr double kDirect = 5;      // Hz: what is slower is no sound
constexpr float kCeiling = 0.97f;  // -0.26 dB: room for what a converter makes between the samples
constexpr double kRelease = 0.1;   // s, back to where it was

}  // namespace

Safety::Safety(SampleRate rate)
    : pole_{static_cast<float>(std::exp(-2 * std::numbers::pi * kDirect / rate.hertz))},
      release_{static_cast<float>(1 - std::exp(-1 / (kRelease * rate.hertz)))} {}

void Safety::tame(float* left, float* right, int frames) {
  for (int f = 0; f < frames; ++f) {
    left_ = left[f] - wasLeft_ + pole_ * left_;
    right_ = right[f] - wasRight_ + pole_ * right_;
    wasLeft_ = left[f];
    wasRight_ = right[f];
    const float loudest = std::max(std::abs(left_), std::abs(right_));
    // Down at once, so that nothing passes; up slowly, so that it is not heard.
    gain_ += (1 - gain_) * release_;
    if (loudest * gain_ > kCeiling) gain_ = kCeiling / loudest;
    left[f] = left_ * gain_;
    right[f] = right_ * gain_;
  }
}

void Safety::calm() { wasLeft_ = wasRight_ = left_ = right_ = 0; }

}  // namespace antiphon::synth
