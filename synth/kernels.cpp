#include "synth/kernels.hpp"

#include <cmath>
#include <numeric>

#include "synth/kaiser.hpp"

namespace antiphon::synth {
namespace {

// Half is lost at 0.47 of the sample rate; 0.42 is let through whole, and half of it stopped: 90 dB.
constexpr double kKernelCutoff = 0.94, kBeta = 9, kLeastTaps = 64, kMultiple = 16;

}  // namespace

Kernels::Kernels() {
  for (int semitones = 0; semitones < kKernels; ++semitones) {
    const double wider = std::exp2(semitones / 12.0), cutoff = kKernelCutoff / wider;
    const auto taps = static_cast<std::size_t>(std::ceil(kLeastTaps * wider / kMultiple - 1e-9) * kMultiple);
    kernels_[static_cast<std::size_t>(semitones)] = {taps, weights_.size()};
    const double reach = static_cast<double>(taps) / 2;
    std::vector<double> row(taps);
    for (std::size_t r = 0; r <= kKernelRows; ++r) {
      for (std::size_t tap = 0; tap < taps; ++tap) {
        const double x = static_cast<double>(tap) + 1 - reach - static_cast<double>(r) / kKernelRows;
        row[tap] = sinc(cutoff * x) * kaiser(x / reach, kBeta);
      }
      const double all = std::accumulate(row.begin(), row.end(), 0.0);
      for (const double weight : row) weights_.push_back(static_cast<float>(weight / all));
    }
  }
}

const Kernels& kernels() {
  static const Kernels all;
  return all;
}

}  // namespace antiphon::synth
