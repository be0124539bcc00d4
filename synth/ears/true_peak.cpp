#include "synth/ears/true_peak.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "synth/kaiser.hpp"

namespace antiphon::synth {
namespace {

constexpr double kPeakBeta = 7;

}  // namespace

TruePeak::TruePeak(SampleRate rate, int channels)
    : channels_{static_cast<std::size_t>(channels)}, waiting_(channels_, std::vector<float>(kReach)) {
  const int times = rate.hertz < 96'000 ? 4 : rate.hertz < 192'000 ? 2 : 1;
  for (int place = 1; place < times; ++place) {
    std::vector<float>& weights = between_.emplace_back();
    for (std::size_t i = 0; i < 2 * kReach; ++i) {
      const double x = static_cast<double>(i) - (static_cast<double>(kReach) - 1) - static_cast<double>(place) / times;
      weights.push_back(static_cast<float>(sinc(x) * kaiser(x / static_cast<double>(kReach), kPeakBeta)));
    }
    const float most = std::accumulate(weights.begin(), weights.end(), 0.0f,
                                       [](float sum, float weight) { return sum + std::abs(weight); });
    most_ = std::max(most_, most);
  }
}

void TruePeak::hear(std::span<const float> frames) {
  for (std::size_t c = 0; c < channels_; ++c) {
    for (std::size_t at = c; at < frames.size(); at += channels_) waiting_[c].push_back(frames[at]);
    measure(waiting_[c]);
  }
}

void TruePeak::end() {
  for (std::vector<float>& waiting : waiting_) {
    waiting.resize(waiting.size() + kReach);
    measure(waiting);
  }
}

void TruePeak::measure(std::vector<float>& waiting) {
  if (waiting.size() < 2 * kReach) return;
  const std::size_t count = waiting.size() - 2 * kReach + 1;
  for (std::size_t begin = 0; begin < count; begin += kAtOnce) {
    const std::size_t some = std::min(kAtOnce, count - begin);
    const float* const first = waiting.data() + begin;
    float around = 0;
    for (std::size_t i = 0; i < some + 2 * kReach - 1; ++i) around = std::max(around, std::abs(first[i]));
    highestSample_ = std::max(highestSample_, around);
    highest_ = std::max(highest_, around);
    if (around * most_ <= highest_) continue;  // here nothing can be higher: so it is nearly everywhere
    for (const std::vector<float>& weights : between_) {
      std::array<float, kAtOnce> sums{};
      for (std::size_t i = 0; i < weights.size(); ++i) {
        for (std::size_t f = 0; f < some; ++f) sums[f] += weights[i] * first[i + f];
      }
      for (std::size_t f = 0; f < some; ++f) highest_ = std::max(highest_, std::abs(sums[f]));
    }
  }
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace antiphon::synth
