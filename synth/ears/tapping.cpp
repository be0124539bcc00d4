#include "synth/ears/tapping.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "synth/ears/agreement.hpp"
#include "synth/ears/beat_line.hpp"
#include "synth/ears/pulse.hpp"
#include "synth/ears/tapping_weights.hpp"

namespace antiphon::synth {
namespace {

constexpr std::size_t kAround = 60, kFarAround = 430;    // frames: 0.7 s and 5 s
constexpr double kUsual = 110, kFast = 150, kSlow = 65;  // beats a minute
constexpr float kStroke = 0.7f, kNothing = 0.5f;
constexpr std::size_t kKinds = 1 + Strokes::kGroups;  // all strokes together, and each group
constexpr std::size_t kAll = 0;
constexpr std::array<double, 6> kPlaces{0, 1.0 / 4, 1.0 / 3, 1.0 / 2, 2.0 / 3, 3.0 / 4};  // within a beat
constexpr std::size_t kOn = 0, kThird = 2, kHalf = 3, kTwoThirds = 4;
constexpr std::array<double, 4> kShifts{0, 1.0 / 2, 1.0 / 3, 2.0 / 3};  // of a whole tapping
constexpr std::size_t kLeastBeats = 4;
constexpr std::ptrdiff_t kNearBeat = 2;  // frames
// What is gained where the tempo is right, and where it is right but for an octave, beside the share of right beats;
// and by how much surer the weights are than they may be.
constexpr double kTempoGain = 1, kOctaveGain = 5, kDoubt = 1.5;

using Kinds = std::array<std::vector<float>, kKinds>;
using Played = std::array<float, kKinds>;

/// Without what there is all the time, and everywhere as strong.
std::vector<float> evened(std::span<const float> strokes) {
  const std::size_t frames = strokes.size();
  std::vector<double> sums(frames + 1);
  std::vector<float> out(frames);
  for (std::size_t i = 0; i < frames; ++i) sums[i + 1] = sums[i] + strokes[i];
  for (std::size_t i = 0; i < frames; ++i) {
    const std::size_t begin = i - std::min(i, kAround), end = std::min(frames, i + kAround);
    const double mean = (sums[end] - sums[begin]) / static_cast<double>(end - begin);
    out[i] = std::max(0.0f, strokes[i] - static_cast<float>(mean));
  }
  for (std::size_t i = 0; i < frames; ++i) sums[i + 1] = sums[i] + out[i] * out[i];
  const double all = sums[frames] / static_cast<double>(std::max<std::size_t>(frames, 1));
  for (std::size_t i = 0; i < frames; ++i) {
    const std::size_t begin = i - std::min(i, kFarAround), end = std::min(frames, i + kFarAround);
    const double power = (sums[end] - sums[begin]) / static_cast<double>(end - begin);
    out[i] /= static_cast<float>(std::sqrt(power + 0.01 * all + 1e-12));
  }
  return out;
}

/// The most of each kind within two frames.
Played playedAt(const Kinds& kinds, double frame) {
  Played played{};
  const auto frames = static_cast<std::ptrdiff_t>(kinds[0].size());
  const auto middle = static_cast<std::ptrdiff_t>(std::lround(frame));
  for (std::ptrdiff_t at = std::max<std::ptrdiff_t>(0, middle - kNearBeat);
       at <= std::min(frames - 1, middle + kNearBeat); ++at) {
    for (std::size_t k = 0; k < kKinds; ++k) played[k] = std::max(played[k], kinds[k][static_cast<std::size_t>(at)]);
  }
  return played;
}

/// How alike what is played is at two places: the cosine of low, middle and high strokes.
double alike(const Played& a, const Played& b) {
  double both = 0, one = 1e-6, other = 1e-6;
  for (std::size_t k = 1; k < kKinds - 1; ++k) {
    both += a[k] * b[k];
    one += a[k] * a[k];
    other += b[k] * b[k];
  }
  return both / std::sqrt(one * other);
}

/// What is known of a tapping beside what is played on its beats.
struct Around {
  const Tempogram& tempogram;
  const Pulse& pulse;
  double tempo, strokesABeat;
};

std::array<float, kTraits> traitsOf(const Kinds& kinds, std::span<const double> beats, const Around& around) {
  std::array<std::vector<Played>, kPlaces.size()> played;
  for (std::size_t i = 0; i + 1 < beats.size(); ++i) {
    for (std::size_t p = 0; p < kPlaces.size(); ++p)
      played[p].push_back(playedAt(kinds, beats[i] + kPlaces[p] * (beats[i + 1] - beats[i])));
  }
  const std::vector<Played>& on = played[0];
  const auto count = static_cast<double>(on.size());
  std::array<float, kTraits> traits{};
  std::size_t next = 0;
  const auto add = [&](double trait) { traits.at(next++) = static_cast<float>(trait); };

  // How fast it is, and how much is played in a beat.
  for (const double speed : {std::log(around.tempo / kUsual), std::log(around.strokesABeat)}) {
    add(speed);
    add(speed * speed);
  }
  add(std::max(0.0, std::log(around.tempo / kFast)));
  add(std::max(0.0, std::log(kSlow / around.tempo)));
  // What is played on the beat and in between.
  std::array<std::array<double, kKinds>, kPlaces.size()> means{};
  for (std::size_t p = 0; p < kPlaces.size(); ++p) {
    for (std::size_t k = 0; k < kKinds; ++k) {
      for (const Played& one : played[p]) means[p][k] += one[k] / count;
      add(means[p][k]);
    }
  }
  constexpr double little = 0.05;
  for (const std::size_t k : {kAll, 1 + Strokes::low})
    add(std::log((means[kOn][k] + little) / (means[kHalf][k] + little)));
  add(std::log((means[kOn][kAll] + little) / (means[kThird][kAll] + means[kTwoThirds][kAll] + little)));
  add(static_cast<double>(std::ranges::count_if(on, [](const Played& one) { return one[kAll] < kNothing; })) / count);
  // By how much every other beat differs: kick and snare take turns.
  std::array<double, kKinds> turns{};
  for (std::size_t k = 0; k < kKinds; ++k) {
    for (std::size_t i = 0; i < on.size(); ++i) turns[k] += (i % 2 == 0 ? 1 : -1) * on[i][k] / count;
    if (k != kAll) add(std::abs(turns[k]) / (means[kOn][k] + 2 * little));
  }
  add(-turns[1 + Strokes::low] * (turns[1 + Strokes::middle] + turns[1 + Strokes::high]));
  // How alike a beat is to those that follow, and to its own half and third.
  for (std::size_t lag = 1; lag <= 4; ++lag) {
    double sum = 0;
    for (std::size_t i = 0; i + lag < on.size(); ++i) sum += alike(on[i], on[i + lag]);
    add(on.size() > lag ? sum / static_cast<double>(on.size() - lag) : 0);
  }
  for (const std::size_t place : {kHalf, kThird}) {
    double sum = 0;
    for (std::size_t i = 0; i < on.size(); ++i) sum += alike(on[i], played[place][i]);
    add(sum / count);
  }
  for (const double times : {1.0 / 3, 1.0 / 2, 2.0 / 3, 1.0, 3.0 / 2, 2.0, 3.0, 4.0})
    add(around.tempogram.likeness(around.pulse, static_cast<float>(times)));
  return traits;
}

/// Beats a minute, without what is out of step.
double tempoOf(std::span<const double> beats, double framesPerSecond) {
  std::vector<double> gaps;
  for (std::size_t i = 0; i + 1 < beats.size(); ++i) gaps.push_back(beats[i + 1] - beats[i]);
  std::ranges::sort(gaps);
  const std::size_t aside = gaps.size() / 4;
  const double sum = std::accumulate(gaps.begin() + static_cast<std::ptrdiff_t>(aside),
                                     gaps.end() - static_cast<std::ptrdiff_t>(aside), 0.0);
  return 60 * framesPerSecond * static_cast<double>(gaps.size() - 2 * aside) / sum;
}

/// The same beats, that much of a beat later.
std::vector<double> shifted(const std::vector<double>& beats, double share) {
  std::vector<double> out;
  for (std::size_t i = 0; i + 1 < beats.size(); ++i) out.push_back(beats[i] + share * (beats[i + 1] - beats[i]));
  const double first = beats[0] - (1 - share) * (beats[1] - beats[0]);
  if (first > 0) out.insert(out.begin(), first);
  return out;
}

double weightOfTraits(const std::array<float, kTraits>& traits) {
  const auto product = [&](const std::array<float, kTraits>& some) {
    return std::inner_product(some.begin(), some.end(), traits.begin(), 0.0);
  };
  double sum = product(kPlainWeights);
  for (const TraitBend& bend : kTraitBends) sum += bend.share * std::tanh(product(bend.weights) + bend.offset);
  return sum;
}

/// Before the music begins and when it has ended nobody taps.
void trim(std::vector<double>& beats, const Kinds& kinds) {
  const auto heard = [&](double beat) { return playedAt(kinds, beat)[kAll] >= kNothing; };
  const auto first = std::ranges::find_if(beats, heard);
  beats.erase(beats.begin(), first);
  while (!beats.empty() && !heard(beats.back())) beats.pop_back();
}

}  // namespace

std::vector<float> struck(const Strokes& strokes) {
  std::vector<float> sum(strokes.frames());
  for (const Strokes::Group group : {Strokes::low, Strokes::middle, Strokes::high}) {
    const std::vector<float> one = evened(strokes.groups()[group]);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += one[i];
  }
  return evened(sum);
}

std::size_t countStrokes(std::span<const float> struck) {
  std::size_t count = 0;
  for (std::size_t i = 1; i + 1 < struck.size(); ++i)
    count += struck[i] > kStroke && struck[i] > struck[i - 1] && struck[i] >= struck[i + 1] ? 1U : 0U;
  return count;
}

std::vector<Tapping> tappings(const Strokes& strokes, double framesPerSecond, const std::stop_token& stop) {
  Kinds kinds;
  kinds[kAll] = struck(strokes);
  const std::size_t count = countStrokes(kinds[kAll]);
  if (count < kLeastBeats) return {};
  for (std::size_t g = 0; g < Strokes::kGroups; ++g) kinds[1 + g] = evened(strokes.groups()[g]);
  const double strokesAMinute =
      static_cast<double>(count) / static_cast<double>(strokes.frames()) * framesPerSecond * 60;
  const Tempogram tempogram{kinds[kAll], framesPerSecond, stop};
  std::vector<Tapping> all;
  for (const Pulse& pulse : tempogram.pulses(stop)) {
    if (stop.stop_requested()) break;
    const std::vector<double> beats = beatsAlong(pulse, kinds[kAll]);
    if (beats.size() < kLeastBeats) continue;
    const double tempo = tempoOf(beats, framesPerSecond);
    for (const double shift : kShifts) {
      Tapping tapping{tempo, shift == 0 ? beats : shifted(beats, shift), {}};
      tapping.traits = traitsOf(kinds, tapping.beats, {tempogram, pulse, tempo, strokesAMinute / tempo});
      trim(tapping.beats, kinds);
      for (double& beat : tapping.beats) beat /= framesPerSecond;
      if (tapping.beats.size() >= kLeastBeats) all.push_back(std::move(tapping));
    }
  }
  return all;
}

Choice tapped(std::span<const Tapping> tappings) {
  std::vector<double> likely;
  for (const Tapping& tapping : tappings) likely.push_back(weightOfTraits(tapping.traits) / kDoubt);
  const double top = std::ranges::max(likely);
  double all = 0;
  for (double& one : likely) all += one = std::exp(one - top);
  Choice best{0, 0};
  double most = -1;
  for (std::size_t i = 0; i < tappings.size(); ++i) {
    double gain = 0, sure = 0;
    for (std::size_t j = 0; j < tappings.size(); ++j) {
      const double agree = beatsAgree(tappings[i].beats, tappings[j].beats);
      const bool same = sameTempo(tappings[i].tempo, tappings[j].tempo);
      gain += likely[j] *
              (agree + (same ? kTempoGain : 0) + (sameOctave(tappings[i].tempo, tappings[j].tempo) ? kOctaveGain : 0));
      sure += same && agree > kRightBeats ? likely[j] : 0;
    }
    if (gain <= most) continue;
    most = gain;
    best = {i, sure / all};
  }
  return best;
}

}  // namespace antiphon::synth
