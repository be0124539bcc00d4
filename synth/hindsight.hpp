// What was heard at one place in the last seconds: measuring a mix takes longer than the audio thread has, so it keeps
// the sound, and others look back at it.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>

#include "synth/signal.hpp"

namespace antiphon::synth {

/// One thread hears, any looks back.
class Hindsight {
 public:
  explicit Hindsight(std::size_t frames);

  /// The frames from `at` on: left and right, each so many floats after the one before. Realtime: yes.
  void hear(Frame at, const float* left, const float* right, std::size_t step, int frames);
  /// As many frames from `from` on as there is room for; what was not heard, or is forgotten, is silent.
  void recall(Frame from, std::span<float> left, std::span<float> right) const;

 private:
  std::size_t frames_;
  std::unique_ptr<std::atomic<float>[]> sound_;  // a frame's place is its number in the ring
  std::atomic<std::int64_t> from_{-1}, until_{0};
};

}  // namespace antiphon::synth
