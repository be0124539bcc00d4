#include "synth/safety.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace antiphon::synth {
namespace {

constexpr double kDirect = 5;      // Hz: what is slower is no sound
constexpr float kCeiling = 0.97f;  // -0.26 dB: room for what a converter makes between the samples
constexpr double kRelease = 0.1;   // s, back to where it was
constexpr float kBeyond = 1.001f;  // what the limiter aims at, to get there in the end

}  // namespace

Safety::Safety(SampleRate rate)
    : pole_{static_cast<float>(std::exp(-2 * std::numbers::pi * kDirect / rate.hertz))},
      release_{static_cast<float>(1 - std::exp(-1 / (kRelease * rate.hertz)))} {}

void Safety::tame(float* left, float* right, int frames) {
  // The memory is kept in registers: what is written might be it, as far as a compiler knows.
  const float pole = pole_;
  float wasLeft = wasLeft_, wasRight = wasRight_, nowLeft = left_, nowRight = right_, loudest = 0;
  for (int f = 0; f < frames; ++f) {
    nowLeft = left[f] - wasLeft + pole * nowLeft;
    nowRight = right[f] - wasRight + pole * nowRight;
    wasLeft = left[f];
    wasRight = right[f];
    left[f] = nowLeft;
    right[f] = nowRight;
    loudest = std::max(loudest, std::max(std::abs(nowLeft), std::abs(nowRight)));
  }
  wasLeft_ = wasLeft;
  wasRight_ = wasRight;
  left_ = nowLeft;
  right_ = nowRight;
  if (gain_ < 1 || loudest > kCeiling) limit(left, right, frames);
}

void Safety::limit(float* left, float* right, int frames) {
  for (int f = 0; f < frames; ++f) {
    const float loudest = std::max(std::abs(left[f]), std::abs(right[f]));
    // Down at once, so that nothing passes; up slowly, so that it is not heard.
    gain_ = std::min(1.0f, gain_ + (kBeyond - gain_) * release_);
    if (loudest * gain_ > kCeiling) gain_ = kCeiling / loudest;
    left[f] *= gain_;
    right[f] *= gain_;
  }
}

void Safety::calm() { wasLeft_ = wasRight_ = left_ = right_ = 0; }

}  // namespace antiphon::synth
