#include "synth/hindsight.hpp"

#include <algorithm>

namespace antiphon::synth {

Hindsight::Hindsight(std::size_t frames)
    : frames_{frames}, sound_{std::make_unique<std::atomic<float>[]>(2 * frames)} {}

void Hindsight::hear(Frame at, const float* left, const float* right, std::size_t step, int frames) {
  if (from_.load(std::memory_order_relaxed) < 0) from_.store(at.value, std::memory_order_relaxed);
  std::size_t place = static_cast<std::size_t>(at.value) % frames_;
  for (int f = 0; f < frames; ++f, left += step, right += step) {
    sound_[2 * place].store(*left, std::memory_order_relaxed);
    sound_[2 * place + 1].store(*right, std::memory_order_relaxed);
    if (++place == frames_) place = 0;
  }
  until_.store(at.value + frames, std::memory_order_release);
}

void Hindsight::recall(Frame from, std::span<float> left, std::span<float> right) const {
  std::ranges::fill(left, 0.0f);
  std::ranges::fill(right, 0.0f);
  const std::int64_t until = until_.load(std::memory_order_acquire), begin = from_.load(std::memory_order_relaxed);
  if (begin < 0) return;
  const std::int64_t first = std::max({from.value, begin, until - static_cast<std::int64_t>(frames_)});
  const std::int64_t last = std::min(until, from.value + static_cast<std::int64_t>(left.size()));
  for (std::int64_t at = first; at < last; ++at) {
    const std::size_t place = static_cast<std::size_t>(at) % frames_;
    const auto to = static_cast<std::size_t>(at - from.value);
    left[to] = sound_[2 * place].load(std::memory_order_relaxed);
    right[to] = sound_[2 * place + 1].load(std::memory_order_relaxed);
  }
}

}  // namespace antiphon::synth
