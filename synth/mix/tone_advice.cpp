#include "synth/mix/tone_advice.hpp"

#include <algorithm>
#include <cmath>

#include "synth/mix/masking.hpp"
#include "synth/mix/said.hpp"

namespace antiphon::synth {
namespace {

constexpr double kCut = -4;              // dB
constexpr double kCutQs[] = {0.7, 1.4};  // about six and three Barks wide
constexpr std::size_t kMostCuts = 4, kTried = 24;
constexpr double kWorthIt = 0.001;  // of the figure: a thousandth more is heard
constexpr double kItsOwn = 0.4;     // of its power: what a track is mainly made of is not taken from it
constexpr double kLowUntil = 150;   // Hz
constexpr double kConflict = 0.25;
constexpr double kLowCut = -6, kLowShelf = 120, kLowShelfQ = 0.7;
constexpr double kHarsh = 3, kSibilant = 0;  // dB, as TrackMeasure measures them
constexpr double kMostCut = 6;
constexpr double kHissHertz = 7000, kHissQ = 0.9, kHarshQ = 1;

/// Voices and what plays notes; a hat may hiss.
bool mayBeSharp(Role role) { return !isStruck(role) && role != Role::bass && role != Role::effect; }

double shareOf(const TrackMeasure& measure, std::size_t band) {
  double its = 0, whole = 0;
  for (const Barks& moment : measure.moments) {
    its += static_cast<double>(moment[band]);
    for (const float power : moment) whole += static_cast<double>(power);
  }
  return whole > 0 ? its / whole : 0;
}

double lowPower(const TrackMeasure& measure) {
  double power = 0;
  for (const Barks& moment : measure.moments) power += powerBetween(moment, 0, kLowUntil);
  return power;
}

bool isBusy(const std::vector<ToneMove>& moves, std::size_t track, double hertz) {
  return std::ranges::any_of(moves, [&](const ToneMove& move) {
    return move.track == track && std::abs(std::log2(move.band.hertz / hertz)) < 1;
  });
}

/// A cut at a time, each the one that lets most be heard.
void relieve(const MixMeasure& mix, ToneAdvice& advice) {
  Masking masking{mix};
  advice.masking = advice.relieved = masking.figure();
  for (std::size_t cut = 0; cut < kMostCuts; ++cut) {
    double best = advice.relieved - kWorthIt;
    ToneMove chosen;
    std::size_t tried = 0;
    for (const Masking::Pair& pair : masking.worst(4 * kTried)) {
      const MixTrack& covering = mix.tracks[pair.covering];
      const double hertz = middleOf(pair.band);
      const auto already = std::ranges::count(advice.moves, pair.covering, &ToneMove::track);
      if (already == 2 || isBusy(advice.moves, pair.covering, hertz)) continue;
      if (shareOf(covering.measure, pair.band) > kItsOwn) continue;
      if (++tried > kTried) break;
      for (const double q : kCutQs) {
        const ToneBand band{ToneBand::Form::peak, hertz, kCut, q};
        const double then = masking.figureIf(pair.covering, band.powers()), more = 100 * (advice.relieved - then);
        if (then >= best) continue;
        best = then;
        const std::string& other = mix.tracks[pair.covered].strip.name;
        chosen = {.track = pair.covering,
                  .band = band,
                  .type = "masking",
                  .message = said("%s covers %s about %.0f Hz", covering.strip.name.c_str(), other.c_str(), hertz),
                  .value = more,
                  .unit = "%",
                  .source = "more of all that is played is heard, by the masking figure over 24 Barks",
                  .weight = more};
      }
    }
    if (chosen.type.empty()) break;
    masking.apply(chosen.track, chosen.band.powers());
    advice.relieved = best;
    advice.moves.push_back(std::move(chosen));
  }
}

void clearLowEnd(const MixMeasure& mix, ToneAdvice& advice) {
  double whole = 0;
  for (const MixTrack& track : mix.tracks) whole += lowPower(track.measure);
  for (std::size_t a = 0; a < mix.tracks.size(); ++a) {
    for (std::size_t b = a + 1; b < mix.tracks.size(); ++b) {
      const TrackMeasure &one = mix.tracks[a].measure, &other = mix.tracks[b].measure;
      if (lowPower(one) + lowPower(other) < whole / 4) continue;
      const double conflict = lowEndConflict(one, other);
      advice.lowEnd = std::max(advice.lowEnd, conflict);
      if (conflict < kConflict) continue;
      // Who lives there less gives way: what is no kick and no bass, or who has more of itself elsewhere.
      const auto lives = [&](std::size_t i) { return mix.tracks[i].measure.low + (isLow(mix.tracks[i].role) ? 1 : 0); };
      const std::size_t gives = lives(a) < lives(b) ? a : b, stays = a + b - gives;
      if (std::ranges::any_of(advice.moves, [&](const ToneMove& m) { return m.track == gives && m.type == "low_end"; }))
        continue;
      advice.moves.push_back(
          {.track = gives,
           .band = {ToneBand::Form::lowShelf, kLowShelf, kLowCut, kLowShelfQ},
           .type = "low_end",
           .message = said("%s and %s are strong below %.0f Hz at the same time", mix.tracks[gives].strip.name.c_str(),
                           mix.tracks[stays].strip.name.c_str(), kLowUntil),
           .value = 100 * conflict,
           .unit = "%",
           .source = "of their low ends coincide, moment by moment below 150 Hz",
           .weight = 20 * (conflict - kConflict)});
    }
  }
}

void soften(const MixMeasure& mix, ToneAdvice& advice) {
  for (std::size_t i = 0; i < mix.tracks.size(); ++i) {
    const MixTrack& track = mix.tracks[i];
    if (const double over = tooHarsh(track); over > 0) {
      advice.sharp += over;
      advice.moves.push_back(
          {.track = i,
           .band = {ToneBand::Form::peak, track.measure.sharpest, -std::clamp(over, 2.0, kMostCut), kHarshQ},
           .type = "harshness",
           .message = said("%s is harsh about %.0f Hz", track.strip.name.c_str(), track.measure.sharpest),
           .value = track.measure.harshness,
           .unit = "dB",
           .source = "of a Bark in 2..5.3 kHz over a Bark in 0.5..2 kHz",
           .weight = over});
    }
    if (const double over = tooSibilant(track); over > 0) {
      advice.sharp += over;
      advice.moves.push_back({.track = i,
                              .band = {ToneBand::Form::peak, kHissHertz, -std::clamp(over, 2.0, kMostCut), kHissQ},
                              .type = "sibilance",
                              .message = said("%s hisses", track.strip.name.c_str()),
                              .value = track.measure.sibilance,
                              .unit = "dB",
                              .source = "of 5.3..9.5 kHz over 0.77..4.4 kHz, in its sharpest twentieth",
                              .weight = over});
    }
  }
}

}  // namespace

double lowEndConflict(const TrackMeasure& a, const TrackMeasure& b) {
  double both = 0, whole = 0;
  for (std::size_t i = 0; i < std::min(a.moments.size(), b.moments.size()); ++i) {
    const double one = powerBetween(a.moments[i], 0, kLowUntil), other = powerBetween(b.moments[i], 0, kLowUntil);
    both += 2 * std::min(one, other);
    whole += one + other;
  }
  return whole > 0 ? both / whole : 0;
}

double tooHarsh(const MixTrack& track) {
  const bool may = mayBeSharp(track.role) && !track.measure.silent();
  return may ? std::max(0.0, track.measure.harshness - kHarsh) : 0;
}

double tooSibilant(const MixTrack& track) {
  const bool may = mayBeSharp(track.role) && !track.measure.silent();
  return may ? std::max(0.0, track.measure.sibilance - kSibilant) : 0;
}

ToneAdvice toneAdvice(const MixMeasure& mix) {
  ToneAdvice advice;
  relieve(mix, advice);
  clearLowEnd(mix, advice);
  soften(mix, advice);
  std::ranges::stable_sort(advice.moves, [](const ToneMove& a, const ToneMove& b) { return a.weight > b.weight; });
  return advice;
}

}  // namespace antiphon::synth
