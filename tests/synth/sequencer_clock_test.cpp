#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "scheduler/clock_follower.hpp"
#include "scheduler/realtime_scope.hpp"
#include "synth/studio/notation.hpp"
#include "synth/studio/sequencer.hpp"
#include "tests/guard/realtime_guard.hpp"

namespace antiphon::synth {
namespace {

constexpr double kRate = 48000;

Nanos momentOf(Frame frame) { return Nanos{std::llround(static_cast<double>(frame.value) / kRate * 1e9)}; }
double frameOf(const Timeline& line, Tick tick) { return static_cast<double>(line.timeAt(tick).count()) / 1e9 * kRate; }

constexpr int kPeriod = 128, kLatency = 2 * kPeriod;  // frames; all sound is so much later than its moment

/// As a sound card asks for it, with the beat that the clock's follower says at each period.
Transport transportOf(const ClockFollower& clock, Frame sounds) {
  const Frame frame = sounds + -kLatency;
  const Timeline& line = clock.timeline();
  const double ticks = static_cast<double>((momentOf(frame) - line.time).count()) / line.tempo.nanosPerTick();
  return {.tempo = line.tempo.bpm(),
          .beat = (static_cast<double>(line.tick.count) + ticks) / static_cast<double>(kQuarter.count),
          .running = clock.lastPulse().has_value()};
}

SCENARIO("CTL-04 Sixteenths at 200 BPM fall where the clock says, for ten minutes of a clock that trembles") {
  GIVEN("a clock with 2 ms of jitter, and a period of 128 frames") {
    constexpr double pulse = 60e9 / 200 / 24;
    constexpr int pulses = 10 * 200 * 24;
    std::mt19937_64 random{4};
    std::uniform_real_distribution<double> jitter{0, 2e6};
    const Pattern hats = patternOf({Written::As::steps, kUsualStep, "x"}, 42);
    Sequencer sequencer{SampleRate{kRate}};
    sequencer.aim(0, NodeId{1});
    sequencer.play(0, &hats, 4 * kQuarter);
    ClockFollower clock;
    clock.start();
    const auto before = guard::offences();

    std::vector<std::int64_t> struck;
    double worst = 0, worstFromTruth = 0;
    std::size_t off = 0;
    Timeline last{};
    Frame now{};
    double arrives = 1e9 + jitter(random);
    for (int sent = 0; sent < pulses; now = now + kPeriod) {
      for (; sent < pulses && arrives <= static_cast<double>(momentOf(now).count()); ++sent) {
        clock.pulse(Nanos{std::llround(arrives)});
        arrives = std::max(arrives, 1e9 + (sent + 1) * pulse + jitter(random));
      }
      Transport time = transportOf(clock, now);
      for (int done = 0; done < kPeriod; done += kBlock) {
        const Frame cell = now + done;
        const std::vector<Sequencer::Due>* found = nullptr;
        {
          const RealtimeScope scope;
          found = &sequencer.due(time, cell, cell + kBlock);
        }
        for (const Sequencer::Due& due : *found) {
          if (due.gesture.kind != Gesture::Kind::keyDown) continue;
          const Tick tick = kUsualStep * static_cast<std::int64_t>(struck.size());
          const auto at = static_cast<double>(due.at.value - kLatency);
          // A clock that is put right may have passed a stroke that was still to come before.
          const double error =
              std::min(std::abs(at - frameOf(clock.timeline(), tick)), std::abs(at - frameOf(last, tick)));
          worst = std::max(worst, error);
          off += error > 1 ? 1 : 0;
          const double truth = (1e9 + static_cast<double>(tick.count) / 20 * pulse + 1e6) / 1e9 * kRate;
          if (struck.size() > 100) worstFromTruth = std::max(worstFromTruth, std::abs(at - truth));
          struck.push_back(due.at.value);
        }
        if (time.running) time.beat += kBlock * time.tempo / 60 / kRate;
      }
      last = clock.timeline();
    }
    CAPTURE(worst, worstFromTruth, off, struck.size());
    THEN("none is missing, none is double, and each is within a frame of the clock's time for it") {
      CHECK(std::abs(static_cast<int>(struck.size()) - 10 * 200 * 4) <= 1);
      CHECK(off == 0);
      CHECK(worstFromTruth < 48);  // a millisecond: the clock itself is that well known
    }
    AND_THEN("no memory is taken, and no lock") { CHECK(guard::offences().all() == before.all()); }
  }
}

}  // namespace
}  // namespace antiphon::synth
