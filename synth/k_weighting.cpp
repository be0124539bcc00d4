#include "synth/k_weighting.hpp"

#include <cmath>
#include <numbers>

namespace antiphon::synth {
namespace {

// The two filters of BS.1770 are given at 48 kHz only; these are the analog ones that they were made of.
constexpr double kShelfHertz = 1681.974450955533, kShelfGain = 3.999843853973347, kShelfQ = 0.7071752369554196;
constexpr double kLowHertz = 38.13547087602444, kLowQ = 0.5003270373238773;

}  // namespace

KWeighting::KWeighting(SampleRate rate) {
  {
    const double k = std::tan(std::numbers::pi * kShelfHertz / rate.hertz);
    const double high = std::pow(10.0, kShelfGain / 20), band = std::pow(high, 0.4996667741545416);
    const double a0 = 1 + k / kShelfQ + k * k;
    shelf_ = {(high + band * k / kShelfQ + k * k) / a0, 2 * (k * k - high) / a0,
              (high - band * k / kShelfQ + k * k) / a0, 2 * (k * k - 1) / a0, (1 - k / kShelfQ + k * k) / a0};
  }
  const double k = std::tan(std::numbers::pi * kLowHertz / rate.hertz);
  const double a0 = 1 + k / kLowQ + k * k;
  low_ = {1, -2, 1, 2 * (k * k - 1) / a0, (1 - k / kLowQ + k * k) / a0};
}

}  // namespace antiphon::synth
