#include "synth/mix/track_meter.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon::synth {
namespace {

constexpr double kUntilItIsSilent = 30;  // dB below the loudest
constexpr double kLeast = -120, kStep = 0.5;
constexpr std::size_t kSpectraAMoment = 4;  // two of each side: 21 ms at 48 kHz

double bandDecibels(double power) { return 10 * std::log10(std::max(power, 1e-12)); }

double powerOf(const Barks& barks) {
  double sum = 0;
  for (const float power : barks) sum += static_cast<double>(power);
  return sum;
}

/// Only where the track sounds.
std::vector<Barks> soundingOf(const std::vector<Barks>& moments) {
  double most = 0;
  for (const Barks& moment : moments) most = std::max(most, powerOf(moment));
  std::vector<Barks> sounding;
  for (const Barks& moment : moments) {
    if (most > 0 && powerOf(moment) >= most * std::pow(10, -kUntilItIsSilent / 10)) sounding.push_back(moment);
  }
  return sounding;
}

void tellColour(TrackMeasure& told) {
  const std::vector<Barks> sounding = soundingOf(told.moments);
  if (sounding.empty()) return;
  Barks mean{};
  std::vector<double> hiss;
  for (const Barks& moment : sounding) {
    for (std::size_t i = 0; i < kBarks; ++i) mean[i] += moment[i] / static_cast<float>(sounding.size());
    hiss.push_back(bandDecibels(powerBetween(moment, 5300, 9500)) - bandDecibels(powerBetween(moment, 770, 4400)));
  }
  const auto late = hiss.begin() + static_cast<std::ptrdiff_t>(hiss.size() * 19 / 20);
  std::ranges::nth_element(hiss, late);
  told.sibilance = *late;
  const double whole = std::max(powerOf(mean), 1e-20);
  told.low = powerBetween(mean, 20, 150) / whole;
  double sum = 0;
  for (std::size_t i = 0; i < kBarks && told.middle == 0; ++i) {
    sum += static_cast<double>(mean[i]);
    if (sum >= whole / 2) told.middle = middleOf(i);
  }
  const std::size_t from = barkAt(2001), until = barkAt(5299), body = barkAt(511);
  told.harshness = bandDecibels(powerBetween(mean, 2000, 5300) / static_cast<double>(until - from + 1)) -
                   bandDecibels(powerBetween(mean, 510, 2000) / static_cast<double>(from - body));
  const auto begin = mean.begin() + static_cast<std::ptrdiff_t>(from);
  const auto loudest = std::max_element(begin, mean.begin() + static_cast<std::ptrdiff_t>(until) + 1);
  told.sharpest = middleOf(static_cast<std::size_t>(loudest - mean.begin()));
}

}  // namespace

double TrackMeasure::balance() const { return bandDecibels(right) - bandDecibels(left); }

void TrackMeter::Tenths::add(double meanPower) {
  ++all;
  const double step = (bandDecibels(meanPower) - kLeast) / kStep;
  const auto at = static_cast<std::size_t>(std::clamp(step, 0.0, static_cast<double>(kSteps - 1)));
  power[at] += meanPower;
  ++count[at];
}

TrackMeter::TrackMeter(SampleRate rate)
    : filter_{rate, Spectra::kFrame},
      programme_{rate},
      left_{[this](const Spectra::Frame& frame) { take(frame); }},
      right_{[this](const Spectra::Frame& frame) { take(frame); }},
      perTenth_{static_cast<std::size_t>(std::lround(rate.hertz / 10))},
      perMoment_{kSpectraAMoment} {}

void TrackMeter::hear(std::span<const float> left, std::span<const float> right) {
  programme_.hear(left, right);
  frames_ += static_cast<std::int64_t>(left.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    const double l = static_cast<double>(left[i]), r = static_cast<double>(right[i]);
    leftPower_ += l * l;
    rightPower_ += r * r;
    sidePower_ += (l - r) * (l - r);
    tenth_ += (l * l + r * r) / 2;
    if (++inTenth_ < perTenth_) continue;
    tenths_.add(tenth_ / static_cast<double>(perTenth_));
    tenth_ = 0;
    inTenth_ = 0;
  }
  // A hop at a time, so that the spectra of the sides come by turns.
  for (std::size_t at = 0; at < left.size(); at += Spectra::kHop) {
    const std::size_t count = std::min(Spectra::kHop, left.size() - at);
    left_.hear(left.subspan(at, count));
    right_.hear(right.subspan(at, count));
  }
}

void TrackMeter::take(const Spectra::Frame& frame) {
  filter_.add(frame.power, moment_);
  if (++inMoment_ == perMoment_) endMoment();
}

/// When there is no more room, two become one.
void TrackMeter::endMoment() {
  for (float& power : moment_) power /= static_cast<float>(inMoment_);
  moments_.push_back(moment_);
  moment_ = {};
  inMoment_ = 0;
  if (moments_.size() < TrackMeasure::kMostMoments) return;
  for (std::size_t i = 0; 2 * i < moments_.size(); ++i) {
    for (std::size_t b = 0; b < kBarks; ++b) moments_[i][b] = (moments_[2 * i][b] + moments_[2 * i + 1][b]) / 2;
  }
  moments_.resize(moments_.size() / 2);
  perMoment_ *= 2;
}

void TrackMeter::tellTenths(TrackMeasure& told) const {
  std::size_t loudest = Tenths::kSteps;
  while (loudest > 0 && tenths_.count[loudest - 1] == 0) --loudest;
  const auto range = static_cast<std::size_t>(kUntilItIsSilent / kStep);
  double power = 0;
  std::int64_t count = 0;
  for (std::size_t i = loudest > range ? loudest - range : 1; i < loudest; ++i) {
    power += tenths_.power[i];
    count += tenths_.count[i];
  }
  if (count == 0) return;
  told.level = bandDecibels(power / static_cast<double>(count));
  told.crest = told.truePeak - told.level;
  told.sounding = static_cast<double>(count) / static_cast<double>(tenths_.all);
}

TrackMeasure TrackMeter::measure() {
  TrackMeasure told;
  if (frames_ == 0) return told;
  const auto frames = static_cast<double>(frames_);
  told.loudness = programme_.loudness();
  told.momentary = programme_.momentary();
  told.truePeak = programme_.truePeak();
  told.left = leftPower_ / frames;
  told.right = rightPower_ / frames;
  const double both = leftPower_ + rightPower_;
  told.width = both > 0 ? sidePower_ / 2 / both : 0;
  if (inMoment_ > 0) endMoment();
  told.moments = std::move(moments_);
  tellTenths(told);
  tellColour(told);
  return told;
}

}  // namespace antiphon::synth
