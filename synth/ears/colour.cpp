#include "synth/ears/colour.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon::synth {
namespace {

constexpr double kRolloff = 0.85;
constexpr float kNearZero = 1e-10f;  // counts as zero, which is above it

}  // namespace

Colour::Colour(double rate) : apart_{rate / static_cast<double>(Spectra::kFrame)}, magnitudes_(Spectra::kBins) {
  for (std::size_t b = 0; b <= kBands.size(); ++b) {
    const double hertz = b == 0 ? kBands[0].from : kBands[b - 1].to;
    edges_[b] = std::min(Spectra::kBins, static_cast<std::size_t>(std::ceil(hertz / apart_)));
  }
}

void Colour::hear(const Spectra::Frame& frame) {
  ++frames_;
  float sum = 0, moment = 0;
  for (std::size_t i = 0; i < Spectra::kBins; ++i) {
    magnitudes_[i] = std::sqrt(frame.power[i]);
    sum += magnitudes_[i];
    moment += magnitudes_[i] * static_cast<float>(i);
  }
  if (sum > 0) {
    centroids_ += static_cast<double>(moment / sum) * apart_;
    float below = 0;
    std::size_t bin = 0;
    while (bin + 1 < Spectra::kBins && (below += magnitudes_[bin]) < static_cast<float>(kRolloff) * sum) ++bin;
    rolloffs_ += static_cast<double>(bin) * apart_;
  }
  float power = 0;
  for (const float x : frame.samples) power += x * x;
  rms_ += std::sqrt(static_cast<double>(power) / static_cast<double>(Spectra::kFrame));
  std::size_t crossings = 0;
  for (std::size_t i = 1; i < frame.own.size(); ++i)
    crossings += (frame.own[i - 1] < -kNearZero) != (frame.own[i] < -kNearZero) ? 1U : 0U;
  crossings_ += static_cast<double>(crossings) / static_cast<double>(Spectra::kFrame);
  for (std::size_t b = 0; b < kBands.size(); ++b) {
    float band = 0;
    for (std::size_t i = edges_[b]; i < edges_[b + 1]; ++i) band += frame.power[i];
    powers_[b] += static_cast<double>(band);
  }
}

std::array<double, kBands.size()> Colour::balance() const {
  double sum = 0;
  for (const double power : powers_) sum += power;
  std::array<double, kBands.size()> shares{};
  std::ranges::transform(powers_, shares.begin(), [sum](double power) {
    return sum > 0 && power > 0 ? std::max(-120.0, 10 * std::log10(power / sum)) : -120.0;
  });
  return shares;
}

}  // namespace antiphon::synth
