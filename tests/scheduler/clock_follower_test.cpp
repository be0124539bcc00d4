#include "scheduler/clock_follower.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "scheduler/realtime_scope.hpp"
#include "tests/guard/realtime_guard.hpp"

using namespace antiphon;

namespace {

using Random = std::mt19937_64;
constexpr int kBar = 96;  // pulses
constexpr int kBeat = 24;

/// The true times of a DAW's pulses, and when they arrive here.
struct Clock {
  std::vector<double> grid{1e9};
  std::vector<Nanos> arrivals{};

  Clock& play(int count, double fromBpm, double toBpm) {
    for (int i = 0; i < count; ++i) {
      grid.push_back(grid.back() + 60e9 / 24 / (fromBpm + (toBpm - fromBpm) * (i + 0.5) / count));
    }
    return *this;
  }
  Clock& play(int count, double bpm) { return play(count, bpm, bpm); }
  Clock& wait(double ms) {
    grid.back() += ms * 1e6;
    return *this;
  }
  /// `delay` gives the nanoseconds by which a pulse comes late.
  Clock& arrive(const std::function<double(std::size_t)>& delay) {
    arrivals.clear();
    for (std::size_t i = 0; i + 1 < grid.size(); ++i) {
      const Nanos at{std::llround(grid[i] + delay(i))};
      arrivals.push_back(arrivals.empty() ? at : std::max(arrivals.back(), at));
    }
    return *this;
  }
  Clock& arriveIn(double buffer) {
    return arrive([&](std::size_t i) { return std::ceil(grid[i] / buffer) * buffer - grid[i]; });
  }
  Clock& jitter(double fromMs, double toMs, Random& random) {
    std::uniform_real_distribution<double> late{fromMs * 1e6, toMs * 1e6};
    return arrive([&](std::size_t) { return late(random); });
  }
  Clock& exact() {
    return arrive([](std::size_t) { return 0.0; });
  }
};

/// How far off, in ms, each tick is sent: at the first moment when the timeline says that its time has come. Two ticks
/// a pulse, one on it and one half-way to the next. `hear(i)` hears pulse i and returns the timeline after it.
template <typename Hear>
std::vector<double> errorsOf(const Clock& clock, Hear&& hear) {
  std::vector<double> errors;
  const std::size_t pulses = clock.arrivals.size();
  for (std::size_t i = 0; i < pulses; ++i) {
    const Timeline timeline = hear(i);
    while (errors.size() < 2 * pulses) {
      const std::size_t pulse = errors.size() / 2;
      const Nanos due = timeline.timeAt(static_cast<std::int64_t>(errors.size()) * Tick{10});
      if (i + 1 < pulses && due > clock.arrivals[i + 1]) break;
      const double half = errors.size() % 2 == 0 ? 0 : (clock.grid[pulse + 1] - clock.grid[pulse]) / 2;
      const auto sent = static_cast<double>(std::max(due, clock.arrivals[i]).count());
      errors.push_back((sent - clock.grid[pulse] - half) / 1e6);
    }
  }
  return errors;
}

bool isSane(Tempo tempo) { return tempo.bpm() > kSlowestBpm - 1e-6 && tempo.bpm() < kFastestBpm + 1e-6; }

std::vector<double> follow(const Clock& clock) {
  ClockFollower follower;
  follower.start();
  return errorsOf(clock, [&](std::size_t i) {
    follower.pulse(clock.arrivals[i]);
    if (!isSane(follower.timeline().tempo)) FAIL("absurd tempo " << follower.timeline().tempo.bpm());
    return follower.timeline();
  });
}

/// The least-squares line through all pulses since `change`.
std::vector<double> fit(const Clock& clock, std::size_t change) {
  double n = 0, times = 0, aged = 0;
  return errorsOf(clock, [&](std::size_t i) {
    if (i == change) n = times = aged = 0;
    aged += times;
    times += static_cast<double>(clock.arrivals[i].count());
    n += 1;
    const double end = n < 2 ? times : 2 / (n * (n + 1)) * ((2 * n - 1) * times - 3 * aged);
    const double period = n < 2 ? 60e9 / 120 / 24 : 6 / (n * (n * n - 1)) * ((n - 1) * times - 2 * aged);
    return Timeline{static_cast<std::int64_t>(i) * kPulse, Nanos{std::llround(end)}, Tempo::nanosPerTick(period / 20)};
  });
}

/// How far off, in ms, the pulse after pulse i is foretold.
double nextErrorMs(const ClockFollower& follower, const Clock& clock, std::size_t i) {
  return (static_cast<double>(follower.timeline().timeAt(follower.position()).count()) - clock.grid[i + 1]) / 1e6;
}

struct Pool {
  std::vector<double> errors{};
  void add(double error) { errors.push_back(error); }
  void add(const std::vector<double>& all, int fromPulse, int toPulse) {
    errors.insert(errors.end(), all.begin() + 2 * fromPulse, all.begin() + 2 * toPulse);
  }
  double part(double share) const {
    std::vector<double> sorted;
    for (const double error : errors) sorted.push_back(std::abs(error));
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  }
  double p99() const { return part(0.99); }
  double worst() const { return part(1); }
  double wander() const { return part(1) - part(0); }
  double mean() const {
    double sum = 0;
    for (const double error : errors) sum += error;
    return sum / static_cast<double>(errors.size());
  }
};

}  // namespace

SCENARIO("CLOCK-1 Start, Continue, Stop and song position") {
  ClockFollower follower;
  Nanos now{5'000'000'000};
  const auto pulses = [&](int count) {
    for (int i = 0; i < count; ++i) follower.pulse(now += Nanos{20'833'333});
  };
  GIVEN("a clock that runs while the DAW is stopped") {
    pulses(30);
    THEN("nothing moves, but the tempo is learnt") {
      REQUIRE_FALSE(follower.running());
      REQUIRE(follower.position() == Tick{0});
      REQUIRE_FALSE(follower.lastPulse());
      REQUIRE(follower.lastArrival() == now);
      REQUIRE(follower.timeline().tempo.bpm() == Approx(120).epsilon(1e-5));
    }
    WHEN("the DAW starts") {
      follower.start();
      REQUIRE(follower.running());
      REQUIRE_FALSE(follower.lastPulse());
      THEN("the next pulse is tick 0, and each goes on by a 24th of a quarter") {
        pulses(1);
        REQUIRE(follower.lastPulse() == Tick{0});
        REQUIRE(follower.timeline().tick == Tick{0});
        REQUIRE(follower.timeline().time == now);
        pulses(24);
        REQUIRE(follower.lastPulse() == kQuarter);
        REQUIRE(follower.position() == kQuarter + kPulse);
        REQUIRE(std::abs((follower.timeline().timeAt(kQuarter) - now).count()) < 1000);
        AND_WHEN("it stops and continues") {
          follower.stop();
          pulses(7);
          REQUIRE(follower.position() == kQuarter + kPulse);
          follower.resume();
          REQUIRE_FALSE(follower.lastPulse());
          pulses(1);
          THEN("it goes on where it was") { REQUIRE(follower.lastPulse() == kQuarter + kPulse); }
        }
        AND_WHEN("it stops, locates and continues") {
          follower.stop();
          follower.moveTo(Tick{1920});
          follower.resume();
          pulses(1);
          THEN("it goes on from there") { REQUIRE(follower.lastPulse() == Tick{1920}); }
        }
        AND_WHEN("it jumps while it runs") {
          const Timeline before = follower.timeline();
          follower.moveTo(Tick{9600});
          THEN("only the count moves: time and tempo stay") {
            REQUIRE_FALSE(follower.lastPulse());
            REQUIRE(follower.running());
            REQUIRE(follower.timeline().time == before.time);
            REQUIRE(follower.timeline().tempo == before.tempo);
            REQUIRE(follower.timeline().timeAt(Tick{9600}) == before.timeAt(kQuarter + kPulse));
            pulses(1);
            REQUIRE(follower.lastPulse() == Tick{9600});
          }
        }
        AND_WHEN("it starts again while it runs") {
          follower.start();
          pulses(2);
          THEN("it is at the top") { REQUIRE(follower.lastPulse() == kPulse); }
        }
        AND_WHEN("the clock is lost and comes back") {
          follower.lose();
          REQUIRE_FALSE(follower.lastPulse());
          now += std::chrono::seconds{3};
          pulses(1);
          THEN("no pulse is invented, and time is taken from the new one") {
            REQUIRE(follower.lastPulse() == kQuarter + kPulse);
            REQUIRE(follower.timeline().time == now);
          }
        }
      }
    }
  }
}

SCENARIO("CLOCK-2 Whatever a DAW sends, every pulse is counted once") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random{seed};
    ClockFollower follower;
    bool running = false;
    Tick position{};
    Nanos now{};
    for (int step = 0; step < 1000; ++step) {
      const auto event = random() % 200;
      if (event == 0) follower.start(), running = true, position = Tick{};
      if (event == 1) follower.resume(), running = true;
      if (event == 2) follower.stop(), running = false;
      if (event == 3) follower.moveTo(position = static_cast<std::int64_t>(random() % 1000) * kSongPositionUnit);
      if (event == 4) follower.lose();
      if (event < 5) continue;
      now += Nanos{static_cast<std::int64_t>(random() % (event < 8 ? 2'000'000'000 : event < 100 ? 40'000'000 : 1))};
      follower.pulse(now);
      if (running) {
        if (follower.lastPulse() != position || follower.timeline().tick != position) FAIL("miscounted, seed " << seed);
        position += kPulse;
      }
      if (!isSane(follower.timeline().tempo)) FAIL("absurd tempo, seed " << seed);
      if (follower.position() != position || follower.running() != running) FAIL("lost, seed " << seed);
    }
    REQUIRE(follower.lastArrival() == now);
  }
}

SCENARIO("CLOCK-3 A steady clock that jitters by 2 ms is followed to the statistical limit") {
  for (const double bpm : {60.0, 120.0, 200.0}) {
    std::array<Pool, 3> followed, fitted;
    const std::array<int, 3> bars{2, 8, 20};
    Clock clock;
    clock.play(21 * kBar, bpm);
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      Random random{seed + static_cast<std::uint64_t>(bpm)};
      clock.jitter(-2, 2, random);
      const auto errors = follow(clock);
      const auto ideal = fit(clock, 0);
      for (std::size_t i = 0; i < bars.size(); ++i) {
        followed[i].add(errors, bars[i] * kBar, (bars[i] + 1) * kBar);
        fitted[i].add(ideal, bars[i] * kBar, (bars[i] + 1) * kBar);
      }
    }
    const std::array<double, 3> limitMs{0.5, 0.25, 0.2};
    for (std::size_t i = 0; i < bars.size(); ++i) {
      INFO(bpm << " bpm after " << bars[i] << " bars");
      CHECK(followed[i].p99() < limitMs[i]);
      CHECK(followed[i].p99() / fitted[i].p99() < 1.05);
    }
  }
  WHEN("it goes on for hundreds of bars") {
    Pool pool;
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      Random random{seed};
      Clock clock;
      const auto errors = follow(clock.play(301 * kBar, 97.3).jitter(-2, 2, random));
      pool.add(errors, 300 * kBar, 301 * kBar);
    }
    THEN("it is followed ever better") { CHECK(pool.p99() < 0.025); }
  }
}

SCENARIO("CLOCK-4 A new tempo is followed within a beat") {
  struct Step {
    double from, to, limitMs;
  };
  for (const Step step : {Step{120, 140, 1.3}, Step{140, 120, 1.3}, Step{120, 60, 1.3}, Step{60, 180, 1.3},
                          Step{140, 138, 2.0}, Step{120, 121, 2.4}}) {
    INFO(step.from << " -> " << step.to);
    Clock clock;
    clock.play(8 * kBar, step.from).play(3 * kBar, step.to);
    Pool exact;
    exact.add(follow(clock.exact()), 8 * kBar + kBeat, 11 * kBar);
    CHECK(exact.worst() < 0.001);
    Pool beat, bar, ideal;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      Random random{seed};
      const auto errors = follow(clock.jitter(-2, 2, random));
      beat.add(errors, 8 * kBar + kBeat, 8 * kBar + 2 * kBeat);
      bar.add(errors, 10 * kBar, 11 * kBar);
      ideal.add(fit(clock, 8 * kBar), 10 * kBar, 11 * kBar);
    }
    CHECK(beat.p99() < step.limitMs);
    CHECK(beat.worst() < 3);
    CHECK(bar.p99() / ideal.p99() < 1.15);
  }
}

SCENARIO("CLOCK-5 On a ramp no lag builds up") {
  struct Ramp {
    double from, to;
    int bars;
    double jitterMs, lagMs, p99Ms;
  };
  for (const Ramp ramp :
       {Ramp{120, 140, 8, 2, 0.75, 2.0}, Ramp{120, 140, 8, 0, 0.03, 0.12}, Ramp{90, 60, 4, 2, 0.75, 3.0},
        Ramp{90, 60, 4, 0, 0.25, 0.7}, Ramp{120, 140, 32, 2, 0.7, 1.7}}) {
    INFO(ramp.from << " -> " << ramp.to << " over " << ramp.bars << " bars, +-" << ramp.jitterMs << " ms");
    Clock clock;
    clock.play(4 * kBar, ramp.from).play(ramp.bars * kBar, ramp.from, ramp.to).play(2 * kBar, ramp.to);
    std::vector<Pool> bars(static_cast<std::size_t>(ramp.bars));
    Pool all, after;
    for (std::uint64_t seed = 0; seed < (ramp.jitterMs > 0 ? 20u : 1u); ++seed) {
      Random random{seed};
      const auto errors = follow(clock.jitter(-ramp.jitterMs, ramp.jitterMs, random));
      for (int bar = 0; bar < ramp.bars; ++bar) {
        bars[static_cast<std::size_t>(bar)].add(errors, (4 + bar) * kBar, (5 + bar) * kBar);
      }
      all.add(errors, 4 * kBar, (4 + ramp.bars) * kBar);
      after.add(errors, (5 + ramp.bars) * kBar, (6 + ramp.bars) * kBar);
    }
    double lag = 0;
    for (const Pool& bar : bars) lag = std::max(lag, std::abs(bar.mean()));
    CHECK(lag < ramp.lagMs);
    CHECK(std::abs(bars.back().mean()) < 0.6);
    CHECK(all.p99() < ramp.p99Ms);
    CHECK(after.p99() < 1.3);
  }
}

SCENARIO("CLOCK-6 An exact clock is followed to some tens of microseconds") {
  for (const double unit : {1e3, 1e9 / 48000}) {
    Clock clock;
    Pool pool;
    pool.add(follow(clock.play(8 * kBar, 97.3).arriveIn(unit)), kBeat, 8 * kBar);
    INFO("in units of " << unit << " ns");
    CHECK(pool.worst() < 0.015);
  }
}

SCENARIO("CLOCK-7 Late pulses, and bursts after a stall, are not taken for a tempo") {
  for (const double jitterMs : {0.0, 2.0}) {
    const double limitMs = jitterMs > 0 ? 0.5 : 0.001;
    INFO("+-" << jitterMs << " ms");
    Clock clock;
    clock.play(8 * kBar, 120);
    Pool late, stalled;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      Random random{seed};
      clock.jitter(-jitterMs, jitterMs, random);
      const auto before = clock.arrivals;
      clock.arrivals[500] += std::chrono::milliseconds{10};
      late.add(follow(clock), 480, 600);
      clock.arrivals = before;
      Nanos back = before[500] + std::chrono::milliseconds{100};
      for (std::size_t i = 500; clock.arrivals[i] < back; ++i, back += Nanos{200'000}) clock.arrivals[i] = back;
      stalled.add(follow(clock), 480, 600);
    }
    CHECK(late.worst() < limitMs);
    CHECK(stalled.worst() < limitMs);
  }
  WHEN("one pulse in a hundred is 10 ms late") {
    Pool pool;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      Random random{seed};
      Clock clock;
      clock.play(8 * kBar, 120).arrive([&](std::size_t) { return random() % 100 == 0 ? 10e6 : 0; });
      pool.add(follow(clock), 2 * kBar, 8 * kBar);
    }
    THEN("nothing is heard of it") { CHECK(pool.p99() < 0.15); }
  }
}

SCENARIO("CLOCK-8 A clock that shifts but keeps its tempo is followed within a beat") {
  for (const double shiftMs : {-10.0, 3.0, 10.0}) {
    Pool pool;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      Random random{seed};
      Clock clock;
      clock.play(500, 120).wait(shiftMs).play(200, 120).jitter(-2, 2, random);
      pool.add(follow(clock), 500 + kBeat, 500 + 2 * kBeat);
    }
    INFO(shiftMs << " ms");
    CHECK(pool.p99() < 1.7);
    CHECK(pool.worst() < 3);
  }
}

SCENARIO("CLOCK-9 Clocks in buffers") {
  Clock clock;
  clock.play(8 * kBar, 120);
  Pool pool;
  GIVEN("a clock that is late by up to 4 ms, never early") {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      Random random{seed};
      pool.add(follow(clock.jitter(0, 4, random)), 2 * kBar, 3 * kBar);
    }
    THEN("its mean is followed") {
      CHECK(std::abs(pool.mean() - 2) < 0.05);
      CHECK(pool.worst() < 2.8);
    }
  }
  GIVEN("pulses that arrive two at a time") {
    clock.arrive([](std::size_t i) { return i % 2 == 0 ? 60e9 / 120 / 24 : 0; });
    const auto errors = follow(clock);
    THEN("they are followed evenly, half-way between") {
      pool.add(errors, 2 * kBar, 8 * kBar);
      CHECK(std::abs(pool.mean() - 10.4) < 0.1);
      CHECK(pool.wander() < 0.3);
      Pool start;
      start.add(errors, 0, kBar);
      CHECK(start.worst() < 21);
    }
  }
  GIVEN("buffers of 256 frames at 48 kHz") {
    pool.add(follow(clock.arriveIn(256e9 / 48000)), 2 * kBar, 8 * kBar);
    THEN("they are followed to a small part of a buffer") {
      CHECK(std::abs(pool.mean() - 2.667) < 0.1);
      CHECK(pool.wander() < 0.4);
    }
  }
}

SCENARIO("CLOCK-10 The music begins") {
  GIVEN("a DAW that has never been heard") {
    THEN("its tempo is known from the second pulse") {
      for (const double bpm : {50.0, 90.0, 120.0, 240.0}) {
        Clock clock;
        clock.play(kBar, bpm).exact();
        ClockFollower follower;
        follower.start();
        Pool pool;
        for (std::size_t i = 0; i < kBar; ++i) {
          follower.pulse(clock.arrivals[i]);
          if (i > 0) pool.add(nextErrorMs(follower, clock, i));
        }
        INFO(bpm);
        CHECK(pool.worst() < 1);
      }
    }
  }
  GIVEN("a DAW that was heard while it was stopped") {
    Pool first;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      Random random{seed};
      Clock clock;
      clock.play(2 * kBar, 70).wait(7).play(kBar, 70).jitter(-2, 2, random);
      ClockFollower follower;
      for (std::size_t i = 0; i < 3 * kBar; ++i) {
        if (i == 2 * kBar) follower.start();
        follower.pulse(clock.arrivals[i]);
        if (i >= 2 * kBar) first.add(nextErrorMs(follower, clock, i));
      }
    }
    THEN("its tempo is known at the first, and its phase is taken anew") { CHECK(first.worst() < 2.1); }
  }
}

SCENARIO("CLOCK-11 After a pause the music goes on") {
  for (const double bpm : {120.0, 121.0, 140.0, 80.0}) {
    INFO("at " << bpm << " bpm, after 120");
    Pool beat, bar;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      Random random{seed};
      Clock clock;
      clock.play(4 * kBar, 120).wait(3210.7).play(3 * kBar, bpm).jitter(-2, 2, random);
      ClockFollower follower;
      follower.start();
      for (std::size_t i = 0; i < 7 * kBar; ++i) {
        if (i == 4 * kBar) {
          if (seed % 2 == 0) follower.lose();
          follower.stop();
          follower.resume();
        }
        follower.pulse(clock.arrivals[i]);
        if (i >= 4 * kBar + kBeat && i < 4 * kBar + 2 * kBeat) beat.add(nextErrorMs(follower, clock, i));
        if (i >= 6 * kBar) bar.add(nextErrorMs(follower, clock, i));
      }
    }
    CHECK(beat.p99() < 1.8);
    CHECK(bar.p99() < 0.55);
  }
}

SCENARIO("CLOCK-12 Bad times do no lasting harm") {
  ClockFollower follower;
  follower.start();
  Nanos now{-3'000'000'000};
  const auto pulses = [&](int count) {
    for (int i = 0; i < count; ++i) follower.pulse(now += Nanos{20'833'333});
  };
  const auto offMs = [&] { return std::abs(static_cast<double>((follower.timeline().time - now).count())) / 1e6; };
  pulses(200);
  REQUIRE(offMs() < 0.001);
  WHEN("a pulse seems to come before the last one") {
    follower.pulse(now - std::chrono::milliseconds{5});
    THEN("it counts as coming with it") {
      REQUIRE(follower.lastArrival() == now);
      REQUIRE(follower.lastPulse() == 200 * kPulse);
      pulses(kBeat);
      CHECK(offMs() < 0.05);
    }
  }
  WHEN("ten thousand come in a millisecond") {
    for (int i = 0; i < 10000; ++i) follower.pulse(now += Nanos{100});
    THEN("all are counted, and in a beat the clock is followed again") {
      REQUIRE(follower.position() == 10200 * kPulse);
      pulses(kBeat);
      CHECK(offMs() < 0.05);
      CHECK(follower.timeline().tempo.bpm() == Approx(120).epsilon(0.001));
    }
  }
  WHEN("it goes on for thousands of bars") {
    pulses(100'000);
    THEN("no rounding adds up") { CHECK(offMs() < 0.001); }
  }
}

SCENARIO("CLOCK-13 Following takes no memory and no lock") {
  Random random{1};
  Clock clock;
  clock.play(4 * kBar, 120).play(4 * kBar, 140).play(4 * kBar, 140, 100).play(kBar, 240).jitter(-2, 2, random);
  ClockFollower follower;
  const auto before = guard::offences();
  {
    RealtimeScope scope;
    follower.start();
    for (const Nanos arrival : clock.arrivals) follower.pulse(arrival);
    follower.lose();
    follower.moveTo(Tick{960});
    follower.stop();
  }
  REQUIRE(guard::offences().all() == before.all());
}
