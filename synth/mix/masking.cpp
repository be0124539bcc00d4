#include "synth/mix/masking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace antiphon::synth {
namespace {

constexpr float kBelow = 0.25f;        // of what is felt: 6 dB, as under noise
constexpr double kGrowth = 0.23;       // of loudness with power
constexpr float kQuiet = 1e-9f;        // -90 dB: nobody hears it
constexpr float kBeside = 1e-4f;       // 40 dB below a track's own loudest place: nobody misses it
constexpr std::size_t kEnough = 1024;  // moments

float weightOf(float power, float least) {
  return power > least ? static_cast<float>(std::pow(static_cast<double>(power), kGrowth)) : 0.0f;
}

Barks growthOf(const Barks& power) {
  Barks growth{};
  std::ranges::transform(power, growth.begin(),
                         [](float p) { return static_cast<float>(std::pow(static_cast<double>(p), kGrowth)); });
  return growth;
}

float coveredShare(float power, float others) {
  const float threshold = kBelow * std::max(others, 0.0f);
  return threshold / (threshold + power);
}

}  // namespace

Masking::Masking(const MixMeasure& mix) : tracks_{mix.tracks.size()} {
  const std::size_t there = mix.tracks.empty() ? 0 : mix.tracks.front().measure.moments.size();
  const std::size_t apart = std::max<std::size_t>(1, (there + kEnough - 1) / kEnough);
  moments_ = (there + apart - 1) / apart;
  all_.reserve(tracks_ * moments_);
  for (const MixTrack& track : mix.tracks) {
    float loudest = 0;
    for (const Barks& moment : track.measure.moments) loudest = std::max(loudest, std::ranges::max(moment));
    // A room is to be covered by what sounds in it.
    const bool matters = track.role != Role::effect;
    const float least = matters ? std::max(kQuiet, kBeside * loudest) : std::numeric_limits<float>::max();
    for (std::size_t i = 0; i < there; i += apart) {
      Moment moment{.power = track.measure.moments[i]};
      moment.felt = spread(moment.power);
      std::ranges::transform(moment.power, moment.weight.begin(), [least](float p) { return weightOf(p, least); });
      all_.push_back(moment);
    }
  }
}

double Masking::figureWith(std::size_t changed, const Barks* power) const {
  double covered = 0, whole = 0;
  const Barks growth = power != nullptr ? growthOf(*power) : Barks{};
  for (std::size_t m = 0; m < moments_; ++m) {
    Moment other;
    if (power != nullptr) {
      other = at(changed, m);
      for (std::size_t b = 0; b < kBarks; ++b) {
        other.power[b] *= (*power)[b];
        other.weight[b] *= growth[b];
      }
      other.felt = spread(other.power);
    }
    const auto here = [&](std::size_t t) -> const Moment& {
      return power != nullptr && t == changed ? other : at(t, m);
    };
    Barks felt{};
    for (std::size_t t = 0; t < tracks_; ++t) {
      for (std::size_t b = 0; b < kBarks; ++b) felt[b] += here(t).felt[b];
    }
    for (std::size_t t = 0; t < tracks_; ++t) {
      const Moment& its = here(t);
      for (std::size_t b = 0; b < kBarks; ++b) {
        if (its.weight[b] <= 0) continue;
        covered += static_cast<double>(its.weight[b] * coveredShare(its.power[b], felt[b] - its.felt[b]));
        whole += static_cast<double>(its.weight[b]);
      }
    }
  }
  return whole > 0 ? covered / whole : 0;
}

void Masking::apply(std::size_t track, const Barks& power) {
  const Barks growth = growthOf(power);
  for (std::size_t m = 0; m < moments_; ++m) {
    Moment& its = all_[track * moments_ + m];
    for (std::size_t b = 0; b < kBarks; ++b) {
      its.power[b] *= power[b];
      its.weight[b] *= growth[b];
    }
    its.felt = spread(its.power);
  }
}

std::vector<Masking::Pair> Masking::worst(std::size_t most) const {
  std::vector<double> shares(tracks_ * tracks_ * kBarks);
  double whole = 0;
  for (std::size_t m = 0; m < moments_; ++m) {
    Barks felt{};
    for (std::size_t t = 0; t < tracks_; ++t) {
      for (std::size_t b = 0; b < kBarks; ++b) felt[b] += at(t, m).felt[b];
    }
    for (std::size_t t = 0; t < tracks_; ++t) {
      const Moment& its = at(t, m);
      for (std::size_t b = 0; b < kBarks; ++b) {
        if (its.weight[b] <= 0) continue;
        whole += static_cast<double>(its.weight[b]);
        const float others = felt[b] - its.felt[b];
        if (others <= 0) continue;
        const float lost = its.weight[b] * coveredShare(its.power[b], others) / others;
        for (std::size_t o = 0; o < tracks_; ++o) {
          if (o != t) shares[(t * tracks_ + o) * kBarks + b] += static_cast<double>(lost * at(o, m).felt[b]);
        }
      }
    }
  }
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] <= 0) continue;
    pairs.push_back({i / kBarks / tracks_, i / kBarks % tracks_, i % kBarks, shares[i] / whole});
  }
  std::ranges::sort(pairs, [](const Pair& a, const Pair& b) { return a.share > b.share; });
  pairs.resize(std::min(pairs.size(), most));
  return pairs;
}

}  // namespace antiphon::synth
