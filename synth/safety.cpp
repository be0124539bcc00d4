#include "synth/safety.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/safety.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

/// Takes the direct current away; returns the loudest. Each frame has to wait for the one before it, and the less the
/// sooner a unit multiplies and adds.
float takeDirect(const Heard& sound, float pole, Moving& direct, float* left, float* right, int frames) {
  const hn::CappedTag<float, 1> one;
  using One = hn::Vec<hn::CappedTag<float, 1>>;
  const One p = hn::Set(one, pole);
  One wasLeft = hn::Set(one, direct.wasLeft), wasRight = hn::Set(one, direct.wasRight);
  One nowLeft = hn::Set(one, direct.left), nowRight = hn::Set(one, direct.right);
  One loudest = hn::Zero(one);
  const float* ears = sound.at(0, 0);
  for (int f = 0; f < frames; ++f, ears += sound.perFrame) {
    const One newLeft = hn::LoadU(one, ears), newRight = hn::LoadU(one, ears + 1);
    nowLeft = hn::MulAdd(p, nowLeft, hn::Sub(newLeft, wasLeft));
    nowRight = hn::MulAdd(p, nowRight, hn::Sub(newRight, wasRight));
    wasLeft = newLeft;
    wasRight = newRight;
    hn::StoreU(nowLeft, one, left + f);
    hn::StoreU(nowRight, one, right + f);
    loudest = hn::Max(loudest, hn::Max(hn::Abs(nowLeft), hn::Abs(nowRight)));
  }
  direct = {hn::GetLane(wasLeft), hn::GetLane(wasRight), hn::GetLane(nowLeft), hn::GetLane(nowRight)};
  return hn::GetLane(loudest);
}

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(takeDirect);

namespace {

constexpr double kDirect = 5;      // Hz: what is slower is no sound
constexpr float kCeiling = 0.97f;  // -0.26 dB: room for what a converter makes between the samples
constexpr double kRelease = 0.1;   // s, back to where it was
constexpr float kBeyond = 1.001f;  // what the limiter aims at, to get there in the end

}  // namespace

Safety::Safety(SampleRate rate)
    : pole_{static_cast<float>(std::exp(-2 * std::numbers::pi * kDirect / rate.hertz))},
      release_{static_cast<float>(1 - std::exp(-1 / (kRelease * rate.hertz)))} {}

void Safety::tame(const Heard& sound, float* left, float* right, int frames) {
  const float loudest = HWY_DYNAMIC_DISPATCH(takeDirect)(sound, pole_, direct_, left, right, frames);
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

}  // namespace antiphon::synth
#endif
