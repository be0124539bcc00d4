#include "synth/mix/ceiling.hpp"

#include <algorithm>
#include <cmath>

#include "synth/rack.hpp"

namespace antiphon::synth {
namespace {

constexpr double kBehindTime = 0.0015;  // s, as the limiter's own purpose says

}  // namespace

Ceiling::Ceiling(SampleRate rate, double decibels)
    : late_{static_cast<std::size_t>(std::lround(kBehindTime * rate.hertz))},
      in_{silentSignals(1)},
      out_{silentSignals(1)},
      knobs_{silentSignals(1)} {
  const ModuleType& type = *moduleCalled("limiter");
  limiter_ = type.make({.rate = rate});
  for (std::size_t i = 0; i < type.inlets.size(); ++i) {
    const Inlet& inlet = type.inlets[i];
    const double value = inlet.name == "ceiling" ? std::clamp(decibels, inlet.least, inlet.most) : inlet.usual;
    float* const knob = knobs_.get() + i * kLanes;
    std::fill_n(knob, kLanes, static_cast<float>(value));
    hears_.push_back(i == 0 ? Heard{in_.get(), kLanes, kPerGroup, 1, false, true} : Heard{knob, 0, 0, 1});
  }
  makes_.data = out_.get();
}

void Ceiling::hold(std::span<float> left, std::span<float> right) {
  for (std::size_t at = 0; at < left.size(); at += kBlock) {
    const std::size_t count = std::min<std::size_t>(kBlock, left.size() - at);
    for (std::size_t f = 0; f < count; ++f) {
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        in_[f * kLanes + lane] = lane % 2 == 0 ? left[at + f] : right[at + f];
    }
    limiter_->play({hears_, {&makes_, 1}, static_cast<int>(count), 1, {}});
    for (std::size_t f = 0; f < count; ++f) {
      left[at + f] = out_[f * kLanes];
      right[at + f] = out_[f * kLanes + 1];
    }
  }
}

}  // namespace antiphon::synth
