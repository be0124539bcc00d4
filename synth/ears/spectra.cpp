#include "synth/ears/spectra.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace antiphon::synth {

Spectra::Spectra(Listener listener)
    : listener_{std::move(listener)}, window_(kFrame), waiting_(kFrame / 2), power_(kBins) {
  for (std::size_t i = 0; i < kFrame; ++i)
    window_[i] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / kFrame));
}

void Spectra::hear(std::span<const float> sound) {
  heard_ += static_cast<std::int64_t>(sound.size());
  waiting_.insert(waiting_.end(), sound.begin(), sound.end());
  std::size_t at = 0;
  for (; waiting_.size() - at >= kFrame; at += kHop) listen(waiting_.data() + at);
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Spectra::end() {
  waiting_.resize(waiting_.size() + kFrame / 2);
  const std::int64_t all = 1 + heard_ / static_cast<std::int64_t>(kHop);
  for (std::size_t at = 0; number_ < all; at += kHop) listen(waiting_.data() + at);
  waiting_.assign(kFrame / 2, 0.0f);
}

void Spectra::listen(const float* samples) {
  const std::span<float> in = fourier_.in();
  for (std::size_t i = 0; i < kFrame; ++i) in[i] = window_[i] * samples[i];
  const auto spectrum = fourier_.transform();
  for (std::size_t i = 0; i < kBins; ++i) power_[i] = std::norm(spectrum[i]);
  // The sound lies between half a frame of silence and, at the end, another.
  const std::int64_t begin = number_ * static_cast<std::int64_t>(kHop) - static_cast<std::int64_t>(kFrame / 2);
  const auto before = static_cast<std::size_t>(std::max<std::int64_t>(0, -begin));
  const auto until = static_cast<std::size_t>(std::min<std::int64_t>(kFrame, heard_ - begin));
  listener_({{samples, kFrame}, {samples + before, samples + std::max(before, until)}, power_, number_++});
}

}  // namespace antiphon::synth
