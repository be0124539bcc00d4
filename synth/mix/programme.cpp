#include "synth/mix/programme.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon::synth {

void Programme::hear(std::span<const float> left, std::span<const float> right) {
  both_.clear();
  for (std::size_t i = 0; i < left.size(); ++i) {
    both_.push_back(left[i]);
    both_.push_back(right[i]);
  }
  loudness_.hear(both_);
  peak_.hear(both_);
}

double Programme::loudness() const { return std::max(kSilent, loudness_.loudness().integrated.value_or(kSilent)); }

double Programme::momentary() const { return std::max(kSilent, loudness_.loudness().momentaryMost.value_or(kSilent)); }

double Programme::truePeak() const {
  TruePeak whole = peak_;
  whole.end();
  return whole.highest() > 0 ? std::max(kSilent, 20 * std::log10(static_cast<double>(whole.highest()))) : kSilent;
}

}  // namespace antiphon::synth
