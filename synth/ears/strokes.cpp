#include "synth/ears/strokes.hpp"

#include <algorithm>
#include <cmath>

#include "synth/ears/spectra.hpp"

namespace antiphon::synth {
namespace {

constexpr double kLowest = 27, kHighest = 16000, kPerOctave = 5;
constexpr double kLow = 160, kHighEdge = 2500;
constexpr double kDeepestNote = 180, kHighestNote = 1500;
constexpr float kFloor = 1e-6f;        // 60 dB below the loudest band of late
constexpr float kForgetting = 0.998f;  // a frame: 9 dB in ten seconds

}  // namespace

Strokes::Strokes(double rate) {
  const double apart = rate / static_cast<double>(Spectra::kFrame);
  std::size_t begin = 1;
  for (double edge = kLowest; edge < std::min(kHighest, rate / 2); edge *= std::exp2(1 / kPerOctave)) {
    const auto end = std::min(Spectra::kBins, static_cast<std::size_t>(std::lround(edge / apart)) + 1);
    if (end <= begin) continue;
    const std::size_t group = edge <= kLow ? low : edge <= kHighEdge ? middle : high;
    bands_.push_back({begin, end, group});
    begin = end;
  }
  for (auto& sums : sums_) sums.assign(bands_.size(), 0.0f);
  noteOf_.assign(Spectra::kBins, -1);
  for (std::size_t i = 1; i < Spectra::kBins; ++i) {
    const double hertz = static_cast<double>(i) * apart;
    if (hertz < kDeepestNote || hertz > kHighestNote) continue;
    noteOf_[i] = static_cast<signed char>((std::lround(12 * std::log2(hertz / 440)) + 120) % 12);
  }
}

void Strokes::hear(std::span<const float> power) {
  std::ranges::rotate(sums_, sums_.end() - 1);
  std::vector<float>& now = sums_[0];
  loudest_ *= kForgetting;
  for (std::size_t b = 0; b < bands_.size(); ++b) {
    float sum = 0;
    for (std::size_t i = bands_[b].begin; i < bands_[b].end; ++i) sum += power[i];
    now[b] = sum;
    loudest_ = std::max(loudest_, sum);
  }
  const float floor = std::max(kFloor * loudest_, 1e-9f);
  const std::vector<float>& then = sums_[kBack];
  std::array<float, kGroups> rises{};
  for (std::size_t b = 0; b < bands_.size(); ++b) {
    // A neighbour that was there before is no stroke: a tone that glides.
    float before = then[b];
    if (b > 0) before = std::max(before, then[b - 1]);
    if (b + 1 < bands_.size()) before = std::max(before, then[b + 1]);
    if (now[b] > before) rises[bands_[b].group] += 10 * std::log10((now[b] + floor) / (before + floor));
  }
  for (const Group group : {low, middle, high}) groups_[group].push_back(rises[group]);
  hearHarmony(power);
}

void Strokes::hearHarmony(std::span<const float> power) {
  Notes now{};
  for (std::size_t i = 1; i < noteOf_.size(); ++i) {
    if (noteOf_[i] >= 0) now[static_cast<std::size_t>(noteOf_[i])] += power[i];
  }
  float sum = 0;
  for (float& note : now) sum += note = std::sqrt(note);
  const std::size_t frame = groups_[low].size() - 1;
  Notes& oldest = notes_[frame % notes_.size()];
  const Notes& middleOne = notes_[(frame + kAside) % notes_.size()];
  float both = 0, one = 0, other = 0;
  for (std::size_t n = 0; n < now.size(); ++n) {
    now[n] /= sum + 1e-6f;
    before_[n] += middleOne[n] - oldest[n];
    after_[n] += now[n] - middleOne[n];
    both += before_[n] * after_[n];
    one += before_[n] * before_[n];
    other += after_[n] * after_[n];
  }
  oldest = now;
  const float alike = both / std::sqrt(one * other + 1e-9f);
  if (frame + 1 >= kAside) groups_[harmony].push_back(frame + 1 < 2 * kAside ? 0.0f : std::max(0.0f, 1 - alike));
}

void Strokes::end() { groups_[harmony].resize(frames()); }

}  // namespace antiphon::synth
