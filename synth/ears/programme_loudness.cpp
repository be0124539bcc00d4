#include "synth/ears/programme_loudness.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace antiphon::synth {
namespace {

constexpr double kBehind = 1.41;                         // what comes from behind is heard that much louder
constexpr double kAbsoluteGate = -70;                    // LUFS
constexpr double kRelativeGate = -10, kRangeGate = -20;  // LU below what passes the first gate
constexpr std::size_t kGated = 4, kRanged = 30;          // tenths of a second
constexpr double kQuietShare = 0.10, kLoudShare = 0.95;  // between them lies the range

double lufs(double power) { return power > 0 ? -0.691 + 10 * std::log10(power) : -1000; }
double powerOfLoudness(double lufs) { return std::pow(10, (lufs + 0.691) / 10); }

/// The means of so many tenths, from each tenth on.
std::vector<double> means(const std::vector<double>& tenths, std::size_t length) {
  std::vector<double> out;
  for (std::size_t i = length; i <= tenths.size(); ++i) {
    const auto end = tenths.begin() + static_cast<std::ptrdiff_t>(i);
    out.push_back(std::accumulate(end - static_cast<std::ptrdiff_t>(length), end, 0.0) / static_cast<double>(length));
  }
  return out;
}

/// The mean of what is above; 0 where there is nothing.
double meanAbove(const std::vector<double>& powers, double gate) {
  double sum = 0;
  std::size_t count = 0;
  for (const double p : powers) {
    if (p <= gate) continue;
    sum += p;
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

std::optional<double> audible(double power) {
  const double loudest = lufs(power);
  return loudest > kAbsoluteGate ? std::optional{loudest} : std::nullopt;
}

}  // namespace

ProgrammeLoudness::ProgrammeLoudness(SampleRate rate, int channels)
    : channels_{static_cast<std::size_t>(channels)},
      weighting_(channels_, KWeighting{rate}),
      share_(channels_, 1.0),
      perHundredth_{rate.hertz / 100} {
  if (channels_ < 4 || channels_ > 6) return;
  share_[channels_ - 2] = share_[channels_ - 1] = kBehind;
  if (channels_ == 6) share_[3] = 0;
}

void ProgrammeLoudness::hear(std::span<const float> frames) {
  const std::size_t count = frames.size() / channels_;
  for (std::size_t begin = 0; begin < count;) {
    // Where a rate is no multiple of a hundred, some hundredths are a frame longer.
    const auto left = static_cast<std::size_t>(std::ceil(perHundredth_ - begun_));
    const std::size_t end = std::min(count, begin + left);
    for (std::size_t c = 0; c < channels_; ++c) {
      if (share_[c] == 0) continue;
      KWeighting weighting = weighting_[c];
      double sum = 0;
      for (std::size_t f = begin; f < end; ++f) {
        const double heard = weighting.next(static_cast<double>(frames[f * channels_ + c]));
        sum += heard * heard;
      }
      weighting_[c] = weighting;
      sum_ += share_[c] * sum;
    }
    begun_ += static_cast<double>(end - begin);
    begin = end;
    if (begun_ >= perHundredth_) endHundredth();
  }
}

void ProgrammeLoudness::endHundredth() {
  hundredths_[heard_++ % kShortTerm] = sum_ / perHundredth_;
  sum_ = 0;
  begun_ -= perHundredth_;
  const auto mean = [this](std::size_t length) {
    double sum = 0;
    for (std::size_t back = 1; back <= length; ++back) sum += hundredths_[(heard_ - back) % kShortTerm];
    return sum / static_cast<double>(length);
  };
  if (heard_ >= kMomentary) momentaryMost_ = std::max(momentaryMost_, mean(kMomentary));
  if (heard_ >= kShortTerm) shortTermMost_ = std::max(shortTermMost_, mean(kShortTerm));
  if (heard_ % 10 == 0) tenths_.push_back(mean(10));
}

Loudness ProgrammeLoudness::loudness() const {
  Loudness loudness{.momentaryMost = audible(momentaryMost_), .shortTermMost = audible(shortTermMost_)};
  const std::vector<double> gated = means(tenths_, kGated), shortTerm = means(tenths_, kRanged);
  const double heard = meanAbove(gated, powerOfLoudness(kAbsoluteGate));
  if (heard > 0)
    loudness.integrated =
        lufs(meanAbove(gated, std::max(powerOfLoudness(kAbsoluteGate), heard * std::pow(10, kRelativeGate / 10))));
  // The range counts no silence and nothing far below the rest.
  const double gate = std::max(powerOfLoudness(kAbsoluteGate),
                               meanAbove(shortTerm, powerOfLoudness(kAbsoluteGate)) * std::pow(10, kRangeGate / 10));
  std::vector<double> ranged;
  std::ranges::copy_if(shortTerm, std::back_inserter(ranged), [gate](double p) { return p > gate; });
  if (ranged.empty()) return loudness;
  std::ranges::sort(ranged);
  const auto at = [&ranged](double share) {
    return ranged[static_cast<std::size_t>(std::lround(share * static_cast<double>(ranged.size() - 1)))];
  };
  loudness.range = lufs(at(kLoudShare)) - lufs(at(kQuietShare));
  return loudness;
}

}  // namespace antiphon::synth
