#include "synth/mix/programme.hpp"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <new>

namespace antiphon::synth {
namespace {

constexpr unsigned kSides = 2;

struct Free {
  void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
};

double told(double loudness) {
  return std::isfinite(loudness) ? std::max(loudness, Programme::kSilent) : Programme::kSilent;
}

}  // namespace

struct Programme::State {
  std::unique_ptr<ebur128_state, Free> meter;
};

Programme::Programme(SampleRate rate, bool exact)
    : state_{std::make_unique<State>()}, perTenth_{static_cast<std::size_t>(std::lround(rate.hertz / 10))} {
  const int mode = EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK | (exact ? 0 : EBUR128_MODE_HISTOGRAM);
  state_->meter.reset(ebur128_init(kSides, static_cast<unsigned long>(std::lround(rate.hertz)), mode));
  if (!state_->meter) throw std::bad_alloc{};
}
Programme::~Programme() = default;
Programme::Programme(Programme&&) noexcept = default;
Programme& Programme::operator=(Programme&&) noexcept = default;

void Programme::hear(std::span<const float> left, std::span<const float> right) {
  for (std::size_t at = 0; at < left.size();) {
    const std::size_t count = std::min(left.size() - at, perTenth_ - inTenth_);
    both_.clear();
    for (std::size_t i = at; i < at + count; ++i) {
      both_.push_back(left[i]);
      both_.push_back(right[i]);
    }
    if (ebur128_add_frames_float(state_->meter.get(), both_.data(), count) != EBUR128_SUCCESS) throw std::bad_alloc{};
    at += count;
    inTenth_ = (inTenth_ + count) % perTenth_;
    double now = 0;
    if (inTenth_ == 0 && ebur128_loudness_momentary(state_->meter.get(), &now) == EBUR128_SUCCESS)
      momentary_ = std::max(momentary_, told(now));
  }
}

double Programme::loudness() const {
  double whole = 0;
  return ebur128_loudness_global(state_->meter.get(), &whole) == EBUR128_SUCCESS ? told(whole) : kSilent;
}

double Programme::truePeak() const {
  double most = 0;
  for (unsigned side = 0; side < kSides; ++side) {
    double peak = 0;
    if (ebur128_true_peak(state_->meter.get(), side, &peak) == EBUR128_SUCCESS) most = std::max(most, peak);
  }
  return told(20 * std::log10(most));
}

}  // namespace antiphon::synth
