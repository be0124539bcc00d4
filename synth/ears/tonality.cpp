#include "synth/ears/tonality.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "synth/ears/key_weights.hpp"

namespace antiphon::synth {
namespace {

constexpr double kLowestTone = 60, kHighestTone = 1500, kDeep = 220;  // Hz
constexpr float kFaintPeak = 0.06f;                                   // of the loudest note: what is less is no note
constexpr float kFlatSpectrum = 1e-2f;                                // the top of a spectrum that holds nothing
constexpr double kSoftened = 0.7;                                     // a loud note counts less than it is louder
constexpr float kLinger = 0.5f;                                       // of what was, in a chord that is heard now
constexpr float kRootWeight = 0.5f;
constexpr std::size_t kFirstChords = 11;  // two seconds
constexpr double kLastForgets = 0.9;

// How often each note is heard in pieces in C major and C minor (Albrecht and Shanahan 2013, 490 and 482 pieces).
constexpr Chroma kMajor{.238f, .006f, .111f, .006f, .137f, .094f, .016f, .214f, .009f, .080f, .008f, .081f};
constexpr Chroma kMinor{.220f, .006f, .104f, .123f, .019f, .103f, .012f, .214f, .062f, .022f, .061f, .052f};

double likeness(const Chroma& heard, const Chroma& profile, std::size_t note) {
  const double meanHeard = std::accumulate(heard.begin(), heard.end(), 0.0) / 12;
  const double meanProfile = std::accumulate(profile.begin(), profile.end(), 0.0) / 12;
  double both = 0, one = 0, other = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    const double x = heard[(i + note) % 12] - meanHeard, y = profile[i] - meanProfile;
    both += x * y;
    one += x * x;
    other += y * y;
  }
  return both / std::sqrt(one * other + 1e-12);
}

template <typename Numbers>
double sumOf(const Numbers& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 1e-9);
}

}  // namespace

std::string noteName(int note) {
  static constexpr std::array<const char*, 12> names{"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
  return names[static_cast<std::size_t>(note)];
}

Tonality::Tonality(double rate) : apart_{rate / kFrame}, window_(kFrame), levels_(kFrame / 2 + 1) {
  for (std::size_t i = 0; i < kFrame; ++i)
    window_[i] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / kFrame));
}

void Tonality::hear(std::span<const float> sound) {
  waiting_.insert(waiting_.end(), sound.begin(), sound.end());
  std::size_t at = 0;
  for (; waiting_.size() - at >= kFrame; at += kHop) listen(waiting_.data() + at);
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Tonality::end() {
  waiting_.resize(kFrame);
  listen(waiting_.data());
  waiting_.clear();
}

void Tonality::listen(const float* samples) {
  notes_ = {};
  const std::span<float> in = fourier_.in();
  for (std::size_t i = 0; i < kFrame; ++i) in[i] = window_[i] * samples[i];
  const auto spectrum = fourier_.transform();
  const auto begin = static_cast<std::size_t>(kLowestTone / apart_),
             end = static_cast<std::size_t>(kHighestTone / apart_);
  for (std::size_t i = begin - 1; i <= end + 1; ++i) levels_[i] = std::abs(spectrum[i]);
  const float most = *std::max_element(levels_.begin() + static_cast<std::ptrdiff_t>(begin),
                                       levels_.begin() + static_cast<std::ptrdiff_t>(end));
  if (most < kFlatSpectrum) return;

  Histogram all{}, deep{};
  for (std::size_t i = begin; i <= end; ++i) {
    const float before = levels_[i - 1], here = levels_[i], after = levels_[i + 1];
    if (here <= before || here < after || here < kFaintPeak * most) continue;
    // The top lies between the bins, where a parabola through their decibels has its own.
    const double a = std::log(before + 1e-9), b = std::log(here), c = std::log(after + 1e-9);
    const double hertz = (static_cast<double>(i) + 0.5 * (a - c) / (a - 2 * b + c)) * apart_;
    const double pitch = 69 + 12 * std::log2(hertz / 440), weight = std::pow(here, kSoftened);
    tuningX_ += weight * std::cos(2 * std::numbers::pi * pitch);
    tuningY_ += weight * std::sin(2 * std::numbers::pi * pitch);
    const auto part = static_cast<std::size_t>(std::lround(pitch * kParts)) % all.size();
    all[part] += weight;
    if (hertz < kDeep) deep[part] += weight;
  }
  // A loud moment counts more than a quiet one, but not by all that it is louder.
  const auto evenOut = [](Histogram& histogram) {
    const double scale = 1 / std::sqrt(sumOf(histogram));
    for (double& part : histogram) part *= scale;
  };
  evenOut(all);
  evenOut(deep);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all_[i] += all[i];
    deep_[i] += deep[i];
  }
  notes_ = folded(all, tuning());
  hearChord(folded(deep, tuning()));
}

/// The major or minor triad that most of what sounds belongs to, and on whose root the bass is.
void Tonality::hearChord(const Chroma& deep) {
  for (std::size_t i = 0; i < 12; ++i) {
    lately_[i] = kLinger * lately_[i] + notes_[i];
    deepLately_[i] = kLinger * deepLately_[i] + deep[i];
  }
  const auto all = static_cast<float>(sumOf(lately_)), low = static_cast<float>(sumOf(deepLately_));
  std::size_t chord = 0;
  float most = -1;
  for (std::size_t c = 0; c < kKeys; ++c) {
    const std::size_t root = c % 12, third = c < 12 ? 4 : 3;
    const float triad = lately_[root] + lately_[(root + third) % 12] + lately_[(root + 7) % 12];
    const float value = triad / all + kRootWeight * deepLately_[root] / low;
    if (value <= most) continue;
    most = value;
    chord = c;
  }
  dwelt_[chord] += 1;
  if (chords_++ < kFirstChords) first_[chord] += 1;
  for (double& last : last_) last *= kLastForgets;
  last_[chord] += 1;
  if (chord_ < kKeys && chord_ != chord) moves_[chord_][chord] += 1;
  chord_ = chord;
}

double Tonality::tuning() const { return std::atan2(tuningY_, tuningX_) / (2 * std::numbers::pi); }

Chroma Tonality::folded(const Histogram& histogram, double tuning) {
  const auto off = static_cast<std::size_t>(std::lround(tuning * kParts) + static_cast<long>(histogram.size()));
  Chroma chroma{};
  for (std::size_t i = 0; i < histogram.size(); ++i)
    chroma[(i + 2 * histogram.size() + kParts / 2 - off) % histogram.size() / kParts] +=
        static_cast<float>(histogram[i]);
  return chroma;
}

std::array<Tonality::Traits, Tonality::kKeys> Tonality::traits() const {
  const Chroma all = folded(all_, tuning()), deep = folded(deep_, tuning());
  double moves = 1e-9;
  for (const Chords& from : moves_) moves += sumOf(from);
  std::array<Traits, kKeys> traits{};
  for (std::size_t home = 0; home < kKeys; ++home) {
    const std::size_t note = home % 12, mode = home - note;
    const std::size_t five = (note + 7) % 12, four = mode + (note + 5) % 12;  // the five is major in both
    const Chroma& profile = mode == 0 ? kMajor : kMinor;
    double arrivals = 0;
    for (const Chords& from : moves_) arrivals += from[home];
    const std::array<double, kTraits> said{
        likeness(all, profile, note),
        likeness(deep, profile, note),
        dwelt_[home] / sumOf(dwelt_),
        dwelt_[five] / sumOf(dwelt_),
        dwelt_[four] / sumOf(dwelt_),
        moves_[five][home] / moves,
        arrivals / moves,
        first_[home] / sumOf(first_),
        last_[home] / sumOf(last_),
        mode == 0 ? 0.0 : 1.0,
        deep[note] / sumOf(deep),
    };
    std::ranges::transform(said, traits[home].begin(), [](double trait) { return static_cast<float>(trait); });
  }
  return traits;
}

Key Tonality::key() const {
  if (chords_ == 0) return {};
  const auto all = traits();
  std::array<double, kKeys> weights{};
  for (std::size_t key = 0; key < kKeys; ++key)
    weights[key] = std::inner_product(kKeyWeights.begin(), kKeyWeights.end(), all[key].begin(), 0.0);
  const auto heaviest = std::ranges::max_element(weights);
  double sum = 0;
  for (const double weight : weights) sum += std::exp(weight - *heaviest);
  const auto which = static_cast<int>(heaviest - weights.begin());
  return {which % 12, which >= 12, 1 / sum};
}

}  // namespace antiphon::synth
