// The module `limiter`, over sound that is not in a patch: what auto-level promises is what the studio then plays.
#pragma once

#include <memory>
#include <span>

#include "synth/module.hpp"
#include "synth/node.hpp"

namespace antiphon::synth {

class Ceiling {
 public:
  Ceiling(SampleRate rate, double decibels);

  /// Nothing is above the ceiling; all is `late` frames later.
  void hold(std::span<float> left, std::span<float> right);
  std::size_t late() const { return late_; }

 private:
  std::unique_ptr<Module> limiter_;
  std::size_t late_;
  Signals in_, out_, knobs_;
  std::vector<Heard> hears_{};
  Made makes_{};
};

}  // namespace antiphon::synth
