#include "cli/bench_timing_virtual.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "scheduler/clock_follower.hpp"

namespace antiphon {
namespace {

constexpr int kPulsesPerBar = 96;
constexpr Tick kStride{10};  // ticks on every pulse, and half-way to the next
constexpr std::size_t kTicksPerPulse = static_cast<std::size_t>(kPulse.count / kStride.count);
constexpr double kJitterMs = 2;

/// True times of pulses, in nanoseconds.
using Grid = std::vector<double>;

void extend(Grid& grid, int pulses, double fromBpm, double toBpm) {
  for (int i = 0; i < pulses; ++i) {
    const double bpm = fromBpm + (toBpm - fromBpm) * (i + 0.5) / pulses;
    grid.push_back(grid.back() + 60e9 / (bpm * 24));
  }
}

std::vector<Nanos> jittered(const Grid& grid, double jitterMs, std::mt19937_64& random) {
  std::uniform_real_distribution<double> late{-jitterMs * 1e6, jitterMs * 1e6};
  std::vector<Nanos> arrivals;
  arrivals.reserve(grid.size());
  for (const double truth : grid) {
    const Nanos arrival{static_cast<std::int64_t>(truth + late(random))};
    arrivals.push_back(arrivals.empty() ? arrival : std::max(arrivals.back(), arrival));
  }
  return arrivals;
}

/// What nobody can better: the line through all pulses since the last tempo change, known from elsewhere.
class LeastSquares {
 public:
  void restart() { *this = {}; }
  Timeline pulse(Tick tick, Nanos arrival) {
    if (pulses_ == 0) origin_ = arrival;
    aged_ += times_;
    times_ += static_cast<double>((arrival - origin_).count());
    pulses_ += 1;
    double end = times_;
    double period = static_cast<double>(Tempo{}.span(kPulse).count());
    if (pulses_ > 1) {
      const double n = pulses_;
      end = 2 / (n * (n + 1)) * ((2 * n - 1) * times_ - 3 * aged_);
      period = 6 / (n * (n * n - 1)) * ((n - 1) * times_ - 2 * aged_);
    }
    return {tick, origin_ + Nanos{std::llround(end)}, Tempo::nanosPerTick(period / static_cast<double>(kPulse.count))};
  }

 private:
  Nanos origin_{};
  double pulses_ = 0;
  double times_ = 0;
  double aged_ = 0;
};

/// How far off each tick is sent: at the first moment at which the timeline, as the pulses before that moment made it,
/// says that its time has come. `hear(i)` hears pulse i and returns the timeline after it.
template <typename Hear>
std::vector<double> errorsInMs(const Grid& grid, const std::vector<Nanos>& arrivals, Hear&& hear) {
  std::vector<double> errors;
  errors.reserve(kTicksPerPulse * grid.size());
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const Timeline timeline = hear(i);
    const Nanos until = i + 1 < arrivals.size() ? arrivals[i + 1] : Nanos::max();
    while (errors.size() < kTicksPerPulse * (grid.size() - 1)) {
      const std::size_t index = errors.size();
      const Nanos due = timeline.timeAt(static_cast<std::int64_t>(index) * kStride);
      if (due > until) break;
      const double part = static_cast<double>(index % kTicksPerPulse) / static_cast<double>(kTicksPerPulse);
      const std::size_t pulse = index / kTicksPerPulse;
      const double truth = grid[pulse] + part * (grid[pulse + 1] - grid[pulse]);
      errors.push_back((static_cast<double>(std::max(due, arrivals[i]).count()) - truth) * 1e-6);
    }
  }
  return errors;
}

/// Adds the errors of the ticks from one pulse up to another.
void pool(std::vector<double>& into, const std::vector<double>& errors, int fromPulse, int toPulse) {
  const auto at = [&](int pulse) {
    return errors.begin() + static_cast<std::ptrdiff_t>(kTicksPerPulse) * static_cast<std::ptrdiff_t>(pulse);
  };
  into.insert(into.end(), at(fromPulse), at(toPulse));
}

TimingError figures(std::vector<double> errors) {
  double squares = 0;
  for (double& error : errors) {
    squares += error * error;
    error = std::abs(error);
  }
  std::ranges::sort(errors);
  const auto part = [&](double share) {
    return errors[static_cast<std::size_t>(std::ceil(share * static_cast<double>(errors.size()))) - 1];
  };
  return {part(0.50), part(0.99), errors.back(), std::sqrt(squares / static_cast<double>(errors.size()))};
}

/// How many times larger; 1 where there is nothing to compare.
double ratio(double a, double b) { return b > 1e-6 ? a / b : 1; }

double mean(const std::vector<double>& errors) {
  double sum = 0;
  for (const double error : errors) sum += error;
  return sum / static_cast<double>(errors.size());
}

class Bench {
 public:
  explicit Bench(int seeds) { result_.seeds = seeds; }
  VirtualTiming result() { return std::move(result_); }

  void steady(double bpm) {
    constexpr int kBars[] = {2, 8, 32};
    std::vector<double> followed[std::size(kBars)];
    std::vector<double> fitted[std::size(kBars)];
    Grid grid{1e9};
    extend(grid, kPulsesPerBar * (kBars[std::size(kBars) - 1] + 1), bpm, bpm);
    for (int seed = 0; seed < result_.seeds; ++seed) {
      const Run run = play(grid, kJitterMs, 0);
      for (std::size_t i = 0; i < std::size(kBars); ++i) {
        pool(followed[i], run.follower, kPulsesPerBar * kBars[i], kPulsesPerBar * (kBars[i] + 1));
        pool(fitted[i], run.line, kPulsesPerBar * kBars[i], kPulsesPerBar * (kBars[i] + 1));
      }
    }
    for (std::size_t i = 0; i < std::size(kBars); ++i) {
      SteadyTiming timing{bpm, kJitterMs, kBars[i], figures(std::move(followed[i])), figures(std::move(fitted[i]))};
      timing.p99Ratio = ratio(timing.follower.p99Ms, timing.line.p99Ms);
      timing.rmsRatio = ratio(timing.follower.rmsMs, timing.line.rmsMs);
      result_.steady.push_back(timing);
    }
  }

  void step(double fromBpm, double toBpm, double jitterMs) {
    constexpr int kBefore = 8 * kPulsesPerBar;
    Grid grid{1e9};
    extend(grid, kBefore, fromBpm, fromBpm);
    extend(grid, 3 * kPulsesPerBar, toBpm, toBpm);
    std::vector<double> secondBeat;
    std::vector<double> thirdBar;
    std::vector<double> fitted;
    for (int seed = 0; seed < result_.seeds; ++seed) {
      const Run run = play(grid, jitterMs, kBefore);
      pool(secondBeat, run.follower, kBefore + 24, kBefore + 48);
      pool(thirdBar, run.follower, kBefore + 2 * kPulsesPerBar, kBefore + 3 * kPulsesPerBar);
      pool(fitted, run.line, kBefore + 2 * kPulsesPerBar, kBefore + 3 * kPulsesPerBar);
    }
    StepTiming timing{fromBpm, toBpm, jitterMs, figures(std::move(secondBeat)), figures(std::move(thirdBar))};
    timing.thirdBarP99Ratio = ratio(timing.thirdBar.p99Ms, figures(std::move(fitted)).p99Ms);
    result_.steps.push_back(timing);
  }

  void ramp(double fromBpm, double toBpm, int bars) {
    constexpr int kBefore = 4 * kPulsesPerBar;
    Grid grid{1e9};
    extend(grid, kBefore, fromBpm, fromBpm);
    extend(grid, bars * kPulsesPerBar, fromBpm, toBpm);
    extend(grid, 2 * kPulsesPerBar, toBpm, toBpm);
    const int end = kBefore + bars * kPulsesPerBar;
    std::vector<std::vector<double>> barwise(static_cast<std::size_t>(bars));
    std::vector<double> all;
    std::vector<double> after;
    for (int seed = 0; seed < result_.seeds; ++seed) {
      const Run run = play(grid, kJitterMs, 0);
      for (int bar = 0; bar < bars; ++bar) {
        const int begin = kBefore + bar * kPulsesPerBar;
        pool(barwise[static_cast<std::size_t>(bar)], run.follower, begin, begin + kPulsesPerBar);
      }
      pool(all, run.follower, kBefore, end);
      pool(after, run.follower, end, end + 2 * kPulsesPerBar);
    }
    RampTiming timing{fromBpm, toBpm, bars, kJitterMs, 0, figures(std::move(all)), figures(std::move(after))};
    for (const auto& errors : barwise) {
      if (std::abs(mean(errors)) > std::abs(timing.worstBarMeanMs)) timing.worstBarMeanMs = mean(errors);
    }
    result_.ramps.push_back(timing);
  }

 private:
  struct Run {
    std::vector<double> follower;
    std::vector<double> line;
  };

  /// One clock; the least-squares line is told at which pulse the tempo changes.
  Run play(const Grid& grid, double jitterMs, std::size_t change) {
    const std::vector<Nanos> arrivals = jittered(grid, jitterMs, random_);
    ClockFollower follower;
    follower.start();
    Run run;
    run.follower = errorsInMs(grid, arrivals, [&](std::size_t i) {
      follower.pulse(arrivals[i]);
      return follower.timeline();
    });
    LeastSquares line;
    run.line = errorsInMs(grid, arrivals, [&](std::size_t i) {
      if (i == change) line.restart();
      return line.pulse(static_cast<std::int64_t>(i) * kPulse, arrivals[i]);
    });
    result_.pulsesSent += static_cast<std::int64_t>(grid.size());
    result_.pulsesCounted += floorDiv(follower.position(), kPulse);
    return run;
  }

  std::mt19937_64 random_{20260101};
  VirtualTiming result_{};
};

}  // namespace

VirtualTiming measureVirtualTiming(int seeds) {
  Bench bench{std::max(seeds, 1)};
  for (const double bpm : {60.0, 120.0, 200.0}) bench.steady(bpm);
  for (const double jitterMs : {0.0, kJitterMs}) {
    bench.step(120, 140, jitterMs);
    bench.step(120, 60, jitterMs);
    bench.step(60, 180, jitterMs);
    bench.step(140, 138, jitterMs);
  }
  bench.ramp(120, 140, 8);
  bench.ramp(90, 60, 4);
  bench.ramp(120, 140, 32);
  return bench.result();
}

}  // namespace antiphon
