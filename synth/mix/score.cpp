#include "synth/mix/score.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon::synth {
namespace {

/// So much is nothing to speak of; each unit more costs so many points, up to so many.
struct Rule {
  std::string_view what, unit;
  double free, each, most;
};

constexpr Rule kLoudness{"loudness", "LU", 1, 2, 15};
constexpr Rule kHeadroom{"headroom", "dB", 0, 4, 15};
constexpr Rule kBalance{"balance", "dB", 2, 4, 20};
constexpr Rule kStereo{"stereo", "dB", 1, 3, 10};
constexpr Rule kMasking{"masking", "%", 10, 0.75, 15};
constexpr Rule kLowEnd{"low_end", "%", 25, 0.2, 10};
constexpr Rule kTone{"tone", "dB", 0, 1, 10};
constexpr Rule kDynamics{"dynamics", "dB", 0, 0.5, 5};

double usualCrest(Role role) {
  switch (role) {
    case Role::bass: return 14;
    case Role::pad: return 16;
    case Role::voice:
    case Role::lead:
    case Role::chords: return 18;
    default: return 1000;  // a stroke may stand out
  }
}

}  // namespace

double tooUneven(const MixTrack& track) {
  return track.measure.silent() ? 0 : std::max(0.0, track.measure.crest - usualCrest(track.role));
}

double offBalance(const MixMeasure& mix) {
  const std::vector<double> changes = usualChanges(mix);
  double sum = 0, mean = 0, count = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (mix.tracks[i].measure.silent() || mix.tracks[i].strip.bus) continue;
    mean += changes[i];
    ++count;
  }
  if (count == 0) return 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!mix.tracks[i].measure.silent() && !mix.tracks[i].strip.bus) sum += std::abs(changes[i] - mean / count);
  }
  return sum / count;
}

Score scoreOf(const MixMeasure& mix, const ToneAdvice& tone, double target) {
  double uneven = 0;
  for (const MixTrack& track : mix.tracks) uneven += tooUneven(track);
  Score score;
  const auto judge = [&](const Rule& rule, double measured) {
    const double points = std::clamp((measured - rule.free) * rule.each, 0.0, rule.most);
    score.deductions.push_back({rule.what, measured, rule.unit, points});
    score.points -= points;
  };
  judge(kLoudness, std::abs(mix.loudness - target));
  judge(kHeadroom, std::max(0.0, mix.truePeak - kMostPeak));
  judge(kBalance, offBalance(mix));
  judge(kStereo, std::abs(mix.balance()));
  judge(kMasking, 100 * tone.masking);
  judge(kLowEnd, 100 * tone.lowEnd);
  judge(kTone, tone.sharp);
  judge(kDynamics, uneven);
  return score;
}

}  // namespace antiphon::synth
