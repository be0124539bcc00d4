#include "scheduler/pulse_line.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace antiphon {
namespace {

constexpr double kShortestPeriod = 60e9 / (kFastestBpm * 24.0);
constexpr double kLongestPeriod = 60e9 / (kSlowestBpm * 24.0);
constexpr double kShortestInterval = 0.8 * kShortestPeriod;  // pulses any closer come in a burst
constexpr double kLongestInterval = 1.25 * kLongestPeriod;
constexpr double kQuietest = 25e3 * 25e3;  // variance below which no clock and no wake-up is
constexpr double kLoudest = 30e6 * 30e6;   // what buffers of 4096 frames make of a clock
constexpr Nanos kSilence = std::chrono::seconds{1};
constexpr double kStray = 4.0;  // a pulse off its prediction by so many deviations is not taken at its word
constexpr double kNoiseMemory = 64;
constexpr double kTempoMemory = 64;    // a tempo is handed on as if this many pulses had told it
constexpr double kPriorMemory = 1000;  // pulses after which what was expected before them says nothing new

// Lines. What is found below by trying balances false alarms on a steady clock that jitters by 2 ms against the beat in
// which a step has to be followed: `antiphon bench timing` shows both.
constexpr double kDoubt = 27;      // see Window::reach
constexpr double kProof = 1.3;     // a line this many times further off than may be doubted is done with
constexpr double kExpected = 2.5;  // deviations by which pulses may disagree with what was expected before them
constexpr std::size_t kNear = 8;   // pulses in the line that noise is measured from
constexpr int kPatience = 12;      // pulses from one search for the turning point to the next
constexpr std::array<double, 6> kReviews{16, 24, 48, 96, 144, 192};  // a young line's ages at which it is sought again

// Parabolas.
constexpr double kShortestCurve = 16;
constexpr double kLongestCurve = 4096;
constexpr double kHold = 2.2;        // deviations between parabolas that agree
constexpr double kBent = 3.5;        // deviations that make a bend
constexpr double kSteepest = 0.003;  // part of itself that a period grows by in the steepest ramp

double squared(double x) { return x * x; }

/// A line through the last pulses, as far as it can be worked out beforehand.
struct Window {
  explicit Window(std::size_t n)
      : pulses{n},
        times{2 * (2 * static_cast<double>(n) - 1) / static_cast<double>(n * (n + 1))},
        aged{6 / static_cast<double>(n * (n + 1))},
        reach{std::sqrt((kDoubt - 2 * std::log(static_cast<double>(n))) * times)} {}
  std::size_t pulses;
  double times;  // of Sums::times and Sums::aged in the line's end; `times` is also that end's variance
  double aged;
  double reach;  // how far from its end, in a pulse's deviations, another line's may be. In the time that a long one
                 // takes to forget, many short ones have their chance to be wrong: so it is narrower for the long.
};
const std::array<Window, 16> kWindows{Window{2},   Window{3},   Window{4},   Window{6},  Window{8},  Window{12},
                                      Window{16},  Window{24},  Window{32},  Window{48}, Window{64}, Window{96},
                                      Window{128}, Window{192}, Window{256}, Window{384}};

}  // namespace

/// A line or a parabola through a window, where it matters: at the newest pulse and at the next one.
struct PulseLine::Fit {
  double pulses;
  double offset;        // of its end from the newest pulse as it came
  double period;        // from there to the next
  double variance;      // of offset
  double nextVariance;  // of offset + period
  double periodVariance;
  double bend = 0;  // how far the period grows with each pulse
  double bendVariance = 0;
};

/// Where the livelier fits say that the newest pulse may have fallen.
struct PulseLine::Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  bool hold(double end) const { return end >= low && end <= high; }
  void narrow(double end, double reach) {
    low = std::max(low, end - reach);
    high = std::min(high, end + reach);
  }
};

struct PulseLine::Choice {
  Fit fit;
  bool contradicted;     // there are shorter lines that the line through all pulses does not agree with
  bool disproved;        // ... and cannot
  bool tempoUnexpected;  // what came is not what was expected before
};

void PulseLine::Sums::add(double interval) {
  agedTwice += 2 * aged + times;  // all are a pulse older
  aged += times;
  const double ages = pulses * (pulses + 1) / 2;
  times -= pulses * interval;  // and that much further back
  aged -= ages * interval;
  agedTwice -= ages * (2 * pulses + 1) / 3 * interval;
  pulses += 1;
}

PulseLine::Sums PulseLine::last(std::size_t pulses) const {
  const Total& to = totals_[number_ % kRing];
  const Total& from = totals_[(number_ - pulses) % kRing];
  const std::uint64_t n = pulses;
  const std::uint64_t latest = number_ - 1;
  const std::uint64_t newest = static_cast<std::uint64_t>(newest_.count());
  const std::uint64_t times = to.times - from.times;
  const std::uint64_t numbered = to.numbered - from.numbered;
  const std::uint64_t numberedTwice = to.numberedTwice - from.numberedTwice;
  const auto exact = [](std::uint64_t sum) { return static_cast<double>(static_cast<std::int64_t>(sum)); };
  return {exact(n), exact(times - n * newest), exact(latest * times - numbered - n * (n - 1) / 2 * newest),
          exact(latest * (latest * times - 2 * numbered) + numberedTwice - n * (n - 1) * (2 * n - 1) / 6 * newest)};
}

PulseLine::Fit PulseLine::line(const Sums& sums, const std::optional<Prior>& prior) const {
  const double n = sums.pulses;
  const double weight = prior ? noise_ / prior->variance : 0;
  const double drift = (prior ? weight * prior->period : 0) - sums.aged;
  const double ages = n * (n - 1) / 2;
  const double squares = ages * (2 * n - 1) / 3 + weight;
  const double scale = 1 / (n * squares - ages * ages);
  return {n,
          (squares * sums.times + ages * drift) * scale,
          (n * drift + ages * sums.times) * scale,
          noise_ * squares * scale,
          noise_ * (squares + 2 * ages + n) * scale,
          noise_ * n * scale};
}

PulseLine::Fit PulseLine::curve(const Sums& sums) const {
  // In polynomials that are orthogonal over the ages 0 .. n-1: 1, age - middle, (age - middle)^2 - width.
  const double n = sums.pulses;
  const double middle = (n - 1) / 2;
  const double width = (n * n - 1) / 12;
  const double norm1 = n * width;
  const double norm2 = norm1 * (n * n - 4) / 15;
  const double slope = (sums.aged - middle * sums.times) / norm1;
  const double bend = (sums.agedTwice - 2 * middle * sums.aged + (squared(middle) - width) * sums.times) / norm2;
  const double here = (n - 1) * (n - 2) / 6;
  const double there = (n + 1) * (n + 2) / 6;
  const auto variance = [&](double first, double second) {
    return noise_ * (1 / n + squared(first) / norm1 + squared(second) / norm2);
  };
  return {n,
          sums.times / n - middle * slope + here * bend,
          (there - here) * bend - slope,
          variance(middle, here),
          variance(middle + 1, there),
          noise_ * (1 / norm1 + squared(there - here) / norm2),
          2 * bend,
          noise_ * 4 / norm2};
}

Nanos PulseLine::time() const { return newest_ + Nanos{static_cast<std::int64_t>(std::floor(offset_ + 0.5))}; }

void PulseLine::add(Nanos arrival) {
  const Nanos interval = arrival - arrivals_.back();
  std::copy(arrivals_.begin() + 1, arrivals_.end(), arrivals_.begin());
  arrivals_.back() = arrival;
  if (known_ == 0 || interval > kSilence) {
    begin(arrival, {period_, periodVariance_});
    return;
  }
  // Pulses that come two at a time from the outset: nobody has heard yet how much they jitter, but it is much.
  const double since = static_cast<double>(interval.count());
  if (known_ < 8 && since < kShortestInterval) noise_ = std::max(noise_, squared(period_ - since) / 4);

  const double surprise = static_cast<double>((arrival - newest_).count()) - (offset_ + period_);
  const double allowed = kStray * std::sqrt(noise_ + spread_);
  if (std::abs(surprise) <= allowed) {
    strays_ = 0;
    learnNoise(arrival);
    extend(arrival);
  } else if (!tempoTurned(surprise)) {
    if (strays_ < kRemembered - 1) learnNoise(arrival);  // more in a row are not noise but one great delay
    // The further off it is, the less it says.
    extend(newest_ + Nanos{static_cast<std::int64_t>(offset_ + period_ + squared(allowed) / surprise)});
  }
}

void PulseLine::begin(Nanos time, Prior prior) {
  known_ = 0;
  strays_ = 0;
  all_ = {};
  prior_ = prior;
  extend(time);
}

void PulseLine::extend(Nanos time) {
  const Total& before = totals_[number_ % kRing];
  const std::uint64_t at = static_cast<std::uint64_t>(time.count());
  totals_[(number_ + 1) % kRing] = {before.times + at, before.numbered + number_ * at,
                                    before.numberedTwice + number_ * number_ * at};
  ++number_;
  all_.add(static_cast<double>((time - newest_).count()));
  newest_ = time;
  known_ = std::min(known_ + 1, kRing - 1);
  choose();
}

void PulseLine::choose() {
  Choice choice = calmest();
  if (choice.tempoUnexpected || all_.pulses > kPriorMemory) prior_.reset();
  const bool review = !choice.contradicted && all_.pulses + 4 < static_cast<double>(known_) &&
                      std::find(kReviews.begin(), kReviews.end(), all_.pulses) != kReviews.end();
  patience_ = std::max(patience_ - 1, 0);
  if ((choice.disproved && patience_ == 0) || review) {
    patience_ = kPatience;
    all_ = last(turningPoint(static_cast<std::size_t>(choice.fit.pulses)));
    prior_.reset();
    choice = calmest();
  }
  believe(choice.fit);
}

PulseLine::Choice PulseLine::calmest() const {
  Choice choice = calmestLine();
  const auto bent = calmestCurve(choice.contradicted);
  if (!bent) return choice;
  const double lag = bent->bend * squared(choice.fit.pulses) / 12;  // of the line, on such a ramp
  if (bent->variance < choice.fit.variance + squared(lag)) choice.fit = *bent;
  if (bent->pulses == all_.pulses) choice.disproved = false;
  return choice;
}

/// The longest line that no shorter one contradicts.
PulseLine::Choice PulseLine::calmestLine() const {
  const double deviation = std::sqrt(noise_);
  Bounds doubt;
  Bounds proof;
  std::size_t longest = 0;
  for (const Window& window : kWindows) {
    if (static_cast<double>(window.pulses) >= all_.pulses) break;
    const Sums sums = last(window.pulses);
    const double end = window.times * sums.times - window.aged * sums.aged;
    if (!doubt.hold(end)) continue;
    longest = window.pulses;
    doubt.narrow(end, window.reach * deviation);
    proof.narrow(end, window.reach * deviation * kProof);
  }
  const bool alone = all_.pulses < 2;
  const Fit all = line(all_, alone ? prior_ : std::nullopt);
  if (alone) return {all, false, false, false};
  if (!doubt.hold(all.offset)) return {line(last(longest)), true, !proof.hold(all.offset), false};
  if (!prior_) return {all, false, false, false};
  const Fit expected = line(all_, prior_);
  const double reach = kExpected * std::sqrt(all.variance);
  doubt.narrow(all.offset, reach);
  proof.narrow(all.offset, reach * kProof);
  return {doubt.hold(expected.offset) ? expected : all, false, false, !proof.hold(expected.offset)};
}

/// The longest parabola that no shorter one and no much shorter line contradicts; nothing when it is not bent.
std::optional<PulseLine::Fit> PulseLine::calmestCurve(bool contradicted) const {
  if (all_.pulses < kShortestCurve || all_.pulses > kLongestCurve) return std::nullopt;
  const Fit all = curve(all_);
  // Against a line that nothing contradicts, a bend has to be plainer.
  if (!contradicted && squared(all.bend) < squared(kBent + 1) * all.bendVariance) return std::nullopt;
  Bounds bounds;
  std::optional<Fit> calmest;
  auto straight = kWindows.begin();
  const auto consider = [&](const Fit& fit) {
    for (; straight != kWindows.end() && static_cast<double>(straight->pulses * 4) <= fit.pulses; ++straight) {
      const Fit chord = line(last(straight->pulses));
      bounds.narrow(chord.offset, kHold * std::sqrt(chord.variance));
    }
    if (!bounds.hold(fit.offset)) return;
    bounds.narrow(fit.offset, kHold * std::sqrt(fit.variance));
    calmest = fit;
  };
  for (const Window& window : kWindows) {
    const double pulses = static_cast<double>(window.pulses);
    if (pulses >= kShortestCurve && pulses < all_.pulses) consider(curve(last(window.pulses)));
  }
  consider(all);
  if (calmest && (squared(calmest->bend) < squared(kBent) * calmest->bendVariance ||
                  std::abs(calmest->bend) > kSteepest * period_)) {
    calmest.reset();
  }
  return calmest;
}

/// How many pulses ago the tempo most likely turned, if it turned about `guess` pulses ago: where two lines, one
/// through the pulses since and one through those before, explain the most.
std::size_t PulseLine::turningPoint(std::size_t guess) const {
  struct Part {
    double pulses = 0;
    double rest = 0;
    double aged = 0;
    double explained(double youngest) const {
      const double slope = aged - (youngest + (pulses - 1) / 2) * rest;
      return squared(rest) / pulses + squared(slope) * 12 / (pulses * (squared(pulses) - 1));
    }
  };
  const std::size_t stretch = std::min(known_, std::max(4 * guess, std::size_t{48}));
  const Fit fit = line(last(guess));
  const auto rest = [&](std::size_t age) {  // what the line leaves unexplained
    const std::uint64_t number = number_ - 1 - age;
    const std::uint64_t time = totals_[(number + 1) % kRing].times - totals_[number % kRing].times;
    return static_cast<double>(static_cast<std::int64_t>(time) - newest_.count()) -
           (fit.offset - fit.period * static_cast<double>(age));
  };
  Part before;
  for (std::size_t age = 0; age < stretch; ++age) {
    const double r = rest(age);
    before = {before.pulses + 1, before.rest + r, before.aged + static_cast<double>(age) * r};
  }
  Part since;
  double most = 0;
  std::size_t best = guess;
  for (std::size_t age = 0; age + 3 < stretch; ++age) {
    const double r = rest(age);
    since = {since.pulses + 1, since.rest + r, since.aged + static_cast<double>(age) * r};
    before = {before.pulses - 1, before.rest - r, before.aged - static_cast<double>(age) * r};
    if (age + 1 < std::max(guess / 3, std::size_t{4})) continue;
    const double explained = since.explained(0) + before.explained(static_cast<double>(age + 1));
    if (explained <= most) continue;
    most = explained;
    best = age + 1;
  }
  return best;
}

void PulseLine::believe(const Fit& fit) {
  offset_ = fit.offset;
  period_ = std::clamp(fit.period, kShortestPeriod, kLongestPeriod);
  periodVariance_ = std::max(fit.periodVariance, noise_ * 12 / (kTempoMemory * kTempoMemory * kTempoMemory));
  spread_ = fit.nextVariance;
  const bool young = all_.pulses <= static_cast<double>(kNear);
  const Fit near = young ? fit : line(last(kNear));
  nearNext_ = near.offset + near.period;
  nearSpread_ = near.nextVariance;
}

/// From how far pulses come off a short line: a long one would take a ramp for noise.
void PulseLine::learnNoise(Nanos time) {
  const double surprise = static_cast<double>((time - newest_).count()) - nearNext_;
  const double seen = std::min(squared(surprise) / (noise_ + nearSpread_), squared(kStray)) * noise_;
  heard_ = std::min(heard_ + 1, kNoiseMemory);
  noise_ = std::clamp(noise_ + (seen - noise_) / (8 + heard_), kQuietest, kLoudest);
}

/// Is this stray pulse, after the strays before it, proof of another tempo or of a shifted clock? If so they are
/// heard again, and taken at their word.
bool PulseLine::tempoTurned(double surprise) {
  if (strays_ > 0 && (surprise > 0) != (astray_.back() > 0)) strays_ = 0;
  std::copy(astray_.begin() + 1, astray_.end(), astray_.begin());
  astray_.back() = surprise;
  strays_ = std::min(strays_ + 1, kRemembered - 1);
  if (strays_ < 2) return false;
  const std::size_t first = kRemembered - strays_;
  double shortest = kLongestPeriod * 2;
  double longest = 0;
  for (std::size_t i = first + 1; i < kRemembered; ++i) {
    const double interval = static_cast<double>((arrivals_[i] - arrivals_[i - 1]).count());
    shortest = std::min(shortest, interval);
    longest = std::max(longest, interval);
  }
  if (shortest < kShortestInterval || longest > kLongestInterval) return false;  // a burst after a delay
  const double growth = surprise / astray_[first];
  if (strays_ == 2) {
    // Two are enough when they come ever earlier: nothing else makes pulses do so.
    if (surprise > 0 || growth < 1.3 || growth > 2.5) return false;
  } else if (longest - shortest > 0.2 * longest + 10 * std::sqrt(noise_)) {
    return false;
  }
  replay(growth > 1.3 ? strays_ + 1 : strays_, (shortest + longest) / 2);
  return true;
}

void PulseLine::replay(std::size_t pulses, double period) {
  const std::size_t first = kRemembered - pulses;
  begin(arrivals_[first], {period, squared(period)});
  for (std::size_t i = first + 1; i < kRemembered; ++i) extend(arrivals_[i]);
}

}  // namespace antiphon
