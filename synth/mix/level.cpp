#include "synth/mix/level.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "synth/mix/ceiling.hpp"

namespace antiphon::synth {
namespace {

constexpr double kOffCentre = 1;  // dB, for what belongs in the middle
constexpr double kFaderTop = 12;  // dB, as a channel goes
constexpr double kLeastFader = -120;
constexpr double kNear = 0.05;         // dB that true peaks are kept below the most
constexpr double kNearLoudness = 0.1;  // LU
constexpr double kLowestCeiling = -36;
constexpr int kMostTrials = 10;
constexpr double kGone = 0.01;  // a side that a fader has taken away

double amplitude(double decibels) { return std::pow(10, decibels / 20); }
double power(double decibels) { return std::pow(10, decibels / 10); }

/// A bus grows with those that are sent to it.
void letFollow(const MixMeasure& mix, std::vector<double>& changes) {
  for (std::size_t i = 0; i < mix.tracks.size(); ++i) {
    double before = 0, after = 0;
    for (const TrackStrip::Feed& feed : mix.tracks[i].strip.feeds) {
      const TrackMeasure& fed = mix.tracks[feed.strip].measure;
      const double sent = feed.amount * feed.amount * (fed.left + fed.right);
      before += sent;
      after += sent * power(changes[feed.strip]);
    }
    if (before > 0) changes[i] = 10 * std::log10(after / before);
  }
}

struct Sum {
  double loudness = 0, truePeak = 0;
};

Sum measuredSum(Stems& stems, const Levelled& levels, const MixWatch& watch) {
  Programme heard{stems.rate()};
  sum(
      stems, levels, [&](std::span<const float> left, std::span<const float> right) { heard.hear(left, right); },
      watch);
  return {heard.loudness(), heard.truePeak()};
}

void turnUp(Levelled& levels, double decibels) {
  for (double& side : levels.left) side *= amplitude(decibels);
  for (double& side : levels.right) side *= amplitude(decibels);
  for (TrackLevel& track : levels.tracks) track.gain += decibels;
}

/// Peaks do not fit below the ceiling: a limiter has to hold them, and all becomes a little louder before it. The
/// ceiling holds samples, and what lies between them is a little higher; so it comes down until all is below the most.
void limit(Stems& stems, Levelled& levels, double target, const MixWatch& watch) {
  double peak = levels.truePeak;
  levels.ceiling = kMostPeak - 0.3;
  for (int trial = 0; trial < kMostTrials; ++trial) {
    const Sum now = measuredSum(stems, levels, watch);
    levels.loudness = now.loudness;
    levels.truePeak = now.truePeak;
    levels.limited = std::max(0.0, peak - now.truePeak);
    const double quieter = target - now.loudness, over = now.truePeak - (kMostPeak - kNear);
    if ((std::abs(quieter) <= kNearLoudness && over <= 0) || trial + 1 == kMostTrials) return;
    if (over > 0) levels.ceiling = std::max(kLowestCeiling, *levels.ceiling - over - kNear);
    turnUp(levels, quieter);
    peak += quieter;
  }
}

/// A fader goes so far only; what is left is the master's. The master comes behind the limiter: were it turned down,
/// the limiter would hold back what is quiet enough in the end, so the tracks are turned down instead.
void keepWithinFaders(Levelled& levels) {
  if (levels.ceiling && levels.master < 0) {
    for (TrackLevel& track : levels.tracks) track.gain += levels.master;
    levels.master = 0;
    levels.masterMoves = true;
  }
  double most = 0;
  for (const TrackLevel& track : levels.tracks) most = std::max(most, track.gain - kFaderTop);
  most = std::min(most, std::max(0.0, kFaderTop - levels.master));
  levels.master += most;
  levels.masterMoves = levels.masterMoves || most > 0;
  for (TrackLevel& track : levels.tracks) track.gain = std::clamp(track.gain - most, kLeastFader, kFaderTop);
}

}  // namespace

std::array<double, 2> sidesAt(double pan) {
  const double turn = (std::clamp(pan, -1.0, 1.0) + 1) * std::numbers::pi / 4;
  return {std::numbers::sqrt2 * std::cos(turn), std::numbers::sqrt2 * std::sin(turn)};
}

double centredPan(const MixTrack& track) {
  const auto sides = sidesAt(track.strip.pan);
  // What a fader has taken away altogether is not known; then it is taken for what is left.
  const auto before = [](double its, double factor) { return factor > kGone ? its / factor / factor : 0; };
  double left = before(track.measure.left, sides[0]), right = before(track.measure.right, sides[1]);
  if (left == 0) left = right;
  if (right == 0) right = left;
  if (left <= 0) return track.strip.pan;
  return std::clamp(std::atan(std::sqrt(left / right)) * 4 / std::numbers::pi - 1, -1.0, 1.0);
}

std::vector<double> usualChanges(const MixMeasure& mix) {
  std::vector<double> changes(mix.tracks.size());
  double before = 0, after = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const MixTrack& track = mix.tracks[i];
    if (track.measure.silent() || track.strip.bus) continue;
    changes[i] = -louderThanUsual(track.role, track.measure);
    before += power(track.measure.loudness);
    after += power(track.measure.loudness + changes[i]);
  }
  if (after <= 0) return changes;
  const double louder = 10 * std::log10(after / before);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!mix.tracks[i].measure.silent() && !mix.tracks[i].strip.bus) changes[i] -= louder;
  }
  return changes;
}

Levelled autoLevel(Stems& stems, const MixMeasure& mix, double target, const MixWatch& watch) {
  std::vector<double> changes = usualChanges(mix);
  Levelled levels{.master = mix.master.level};
  for (std::size_t i = 0; i < mix.tracks.size(); ++i) {
    const MixTrack& track = mix.tracks[i];
    TrackLevel level{track.strip.name, track.strip.level + (track.strip.bus ? 0 : changes[i]), track.strip.pan};
    if (isLow(track.role) && !track.measure.silent() && std::abs(track.measure.balance()) > kOffCentre)
      level.pan = centredPan(track);
    levels.tracks.push_back(level);
  }
  letFollow(mix, changes);
  for (std::size_t i = 0; i < mix.tracks.size(); ++i) {
    const auto was = sidesAt(mix.tracks[i].strip.pan), is = sidesAt(levels.tracks[i].pan);
    const double louder = amplitude(changes[i] + mix.master.louder);
    levels.left.push_back(was[0] > kGone ? louder * is[0] / was[0] : louder);
    levels.right.push_back(was[1] > kGone ? louder * is[1] / was[1] : louder);
  }
  const Sum plain = measuredSum(stems, levels, watch);
  const double louder = target - plain.loudness;
  turnUp(levels, louder);
  levels.loudness = target;
  levels.truePeak = plain.truePeak + louder;
  if (levels.truePeak > kMostPeak - kNear) limit(stems, levels, target, watch);
  for (std::size_t i = 0; i < mix.tracks.size(); ++i) {
    if (mix.tracks[i].strip.bus || mix.tracks[i].measure.silent()) levels.tracks[i].gain = mix.tracks[i].strip.level;
  }
  if (mix.master.heard) keepWithinFaders(levels);
  return levels;
}

void sum(Stems& stems, const Levelled& levels, const SoundTaker& take, const MixWatch& watch) {
  std::optional<Ceiling> ceiling;
  if (levels.ceiling) ceiling.emplace(stems.rate(), *levels.ceiling);
  std::size_t ahead = ceiling ? ceiling->late() : 0;  // frames that come before the sound
  std::vector<float> left, right;
  const auto give = [&] {
    if (ceiling) ceiling->hold(left, right);
    const std::size_t drop = std::min(ahead, left.size());
    ahead -= drop;
    if (drop < left.size()) take(std::span{left}.subspan(drop), std::span{right}.subspan(drop));
  };
  stems.begin();
  while (const std::size_t count = stems.next()) {
    watch.at(stems.share());
    left.assign(count, 0.0f);
    right.assign(count, 0.0f);
    for (std::size_t i = 0; i < levels.left.size(); ++i) {
      const auto l = static_cast<float>(levels.left[i]), r = static_cast<float>(levels.right[i]);
      const std::span<const float> its = stems.left(i), other = stems.right(i);
      for (std::size_t f = 0; f < count; ++f) {
        left[f] += l * its[f];
        right[f] += r * other[f];
      }
    }
    give();
  }
  if (!ceiling) return;
  left.assign(ceiling->late(), 0.0f);
  right.assign(ceiling->late(), 0.0f);
  give();
}

}  // namespace antiphon::synth
