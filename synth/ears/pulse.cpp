#include "synth/ears/pulse.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace antiphon::synth {
namespace {

constexpr std::size_t kWindow = 4 * Pulse::kHop;
constexpr double kSlowest = 36, kFastest = 240;  // a minute
constexpr float kPulseStep = 0.01f;              // of the logarithm of a period, when it is followed
constexpr int kAway = 16;                        // steps that it may leave its place by
constexpr float kReluctance = 0.03f;             // to take a step from window to window
constexpr std::array<float, 4> kMultiples{1.0f, 0.8f, 0.6f, 0.6f};
constexpr std::size_t kOpinions = 4;

}  // namespace

float Pulse::at(double frame) const {
  const double place = std::clamp(frame / static_cast<double>(kHop), 0.0, static_cast<double>(periods.size() - 1));
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, periods.size() - 1);
  const auto share = static_cast<float>(place - static_cast<double>(low));
  return periods[low] * (1 - share) + periods[high] * share;
}

Tempogram::Tempogram(std::span<const float> strokes, double framesPerSecond, const std::stop_token& stop)
    : rate_{framesPerSecond} {
  lags_ = static_cast<std::size_t>(60 / kSlowest * rate_ * 1.2 * kMultiples.size()) + 2;
  lags_ = std::min(lags_, kWindow);
  windows_ = strokes.size() / Pulse::kHop + 1;
  likeness_.resize(windows_ * lags_);
  std::vector<float> window(kWindow), shape(kWindow);
  for (std::size_t i = 0; i < kWindow; ++i)
    shape[i] = static_cast<float>(std::sin(std::numbers::pi * (static_cast<double>(i) + 0.5) / kWindow));
  for (std::size_t w = 0; w < windows_ && !stop.stop_requested(); ++w) {
    // Its middle is where the window stands.
    const auto begin = static_cast<std::ptrdiff_t>(w * Pulse::kHop) - static_cast<std::ptrdiff_t>(kWindow / 2);
    double power = 0;
    for (std::size_t i = 0; i < kWindow; ++i) {
      const std::ptrdiff_t at = begin + static_cast<std::ptrdiff_t>(i);
      const bool there = at >= 0 && at < static_cast<std::ptrdiff_t>(strokes.size());
      window[i] = there ? strokes[static_cast<std::size_t>(at)] * shape[i] : 0.0f;
      power += window[i] * window[i];
    }
    if (power <= 0) continue;
    for (std::size_t lag = 0; lag < lags_; ++lag) {
      float sum = 0, weight = 0;
      for (std::size_t i = 0; i + lag < kWindow; ++i) sum += window[i] * window[i + lag];
      for (std::size_t i = 0; i + lag < kWindow; i += 8) weight += shape[i] * shape[i + lag];
      // What is far apart overlaps less under the window: made up for, but not where hardly anything is left.
      weight = std::max(weight * 8 / (kWindow / 2), 0.2f);
      likeness_[w * lags_ + lag] = sum / static_cast<float>(power) / weight;
    }
  }
}

float Tempogram::likeness(std::size_t window, float lag) const {
  const auto low = static_cast<std::size_t>(lag);
  if (low + 1 >= lags_) return 0;
  const float share = lag - static_cast<float>(low);
  const float* const row = &likeness_[window * lags_];
  return row[low] * (1 - share) + row[low + 1] * share;
}

float Tempogram::likeness(const Pulse& pulse, float times) const {
  float sum = 0;
  for (std::size_t w = 0; w < windows_; ++w) sum += likeness(w, pulse.periods[w] * times);
  return sum / static_cast<float>(windows_);
}

float Tempogram::salience(std::size_t window, float period) const {
  float sum = 0, weights = 0;
  for (std::size_t k = 0; k < kMultiples.size(); ++k) {
    sum += kMultiples[k] * likeness(window, period * static_cast<float>(k + 1));
    weights += kMultiples[k];
  }
  return sum / weights;
}

std::vector<Pulse> Tempogram::pulses(const std::stop_token& stop) const {
  // What stands out on the whole.
  const auto shortest = static_cast<float>(60 / kFastest * rate_), longest = static_cast<float>(60 / kSlowest * rate_);
  std::vector<float> periods, saliences;
  for (float period = shortest; period <= longest; period *= 1.0f + kPulseStep) {
    float sum = 0;
    for (std::size_t w = 0; w < windows_; ++w) sum += salience(w, period);
    periods.push_back(period);
    saliences.push_back(sum);
  }
  struct Peak {
    float period, height;
  };
  std::vector<Peak> peaks;
  for (std::size_t i = 1; i + 1 < periods.size(); ++i) {
    if (saliences[i] > saliences[i - 1] && saliences[i] >= saliences[i + 1] && saliences[i] > 0)
      peaks.push_back({periods[i], saliences[i]});
  }
  std::ranges::sort(peaks, [](const Peak& a, const Peak& b) { return a.height > b.height; });
  if (peaks.size() > kOpinions) peaks.resize(kOpinions);

  std::vector<float> wanted;
  const auto want = [&](float period) {
    if (period < shortest || period > longest) return;
    if (std::ranges::any_of(wanted, [&](float w) { return std::abs(std::log(w / period)) < 0.05f; })) return;
    wanted.push_back(period);
  };
  for (const Peak& peak : peaks) want(peak.period);
  for (std::size_t i = 0; i < std::min<std::size_t>(2, peaks.size()); ++i) {
    for (const float times : {0.5f, 2.0f, 1.0f / 3, 3.0f, 2.0f / 3, 1.5f}) want(peaks[i].period * times);
  }
  std::vector<Pulse> pulses;
  for (const float period : wanted) {
    if (!stop.stop_requested()) pulses.push_back(followed(period));
  }
  return pulses;
}

/// Along the windows, a period that is salient and does not wander more than it must.
Pulse Tempogram::followed(float period) const {
  constexpr std::size_t steps = 2 * kAway + 1;
  std::vector<float> places(steps);
  for (std::size_t s = 0; s < steps; ++s)
    places[s] = period * std::exp(kPulseStep * (static_cast<float>(s) - static_cast<float>(kAway)));
  std::vector<float> best(steps, 0.0f), next(steps);
  std::vector<signed char> from(windows_ * steps);
  for (std::size_t w = 0; w < windows_; ++w) {
    for (std::size_t s = 0; s < steps; ++s) {
      float most = -1e30f;
      for (int move = -2; move <= 2; ++move) {
        const int before = static_cast<int>(s) - move;
        if (before < 0 || before >= static_cast<int>(steps)) continue;
        const float value = best[static_cast<std::size_t>(before)] - kReluctance * static_cast<float>(move * move);
        if (value <= most) continue;
        most = value;
        from[w * steps + s] = static_cast<signed char>(move);
      }
      next[s] = most + salience(w, places[s]);
    }
    best.swap(next);
  }
  Pulse pulse;
  pulse.periods.resize(windows_);
  auto s = static_cast<std::size_t>(std::ranges::max_element(best) - best.begin());
  for (std::size_t w = windows_; w-- > 0;) {
    pulse.periods[w] = places[s];
    s = static_cast<std::size_t>(static_cast<int>(s) - from[w * steps + s]);
  }
  double sum = 0;
  for (const float p : pulse.periods) sum += p;
  pulse.mean = static_cast<float>(sum / static_cast<double>(windows_));
  return pulse;
}

}  // namespace antiphon::synth
