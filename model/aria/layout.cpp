#include "model/aria/layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace antiphon {
namespace {

constexpr double kSlowestTempo = 5, kFastestTempo = 1000;  // bpm: a clock may run beyond what a player asks for
constexpr Tick kSixteenth{120}, kTriplet{160};

std::int64_t nearestStep(double ms) { return std::llround(ms / kAriaStep) * kAriaStep; }

}  // namespace

AriaLayout::AriaLayout(const TurnPlan& plan, int callBars, const std::vector<Note>& voice)
    : msPerTick_{plan.tempo.nanosPerTick() * 1e-6},
      meter_{plan.meter},
      call_{callBars * plan.meter.bar()},
      answer_{plan.answerBars * plan.meter.bar()} {
  const double bpm = plan.tempo.bpm();
  if (!(bpm >= kSlowestTempo && bpm <= kFastestTempo)) throw std::invalid_argument{"aria: no such tempo"};
  if (voice.empty() || callBars < 1 || plan.answerBars < 1)
    throw std::invalid_argument{"aria: a call has notes and bars, and so has its answer"};
  first_ = std::clamp(voice.front().tick, Tick{0}, call_ - Tick{1});
  beginsAt_ = ms(call_ - first_);
}

std::int64_t AriaLayout::at(Tick onset) const {
  return std::llround(ms(std::clamp(onset, first_, call_ - Tick{1}) - first_));
}

AriaPerformance AriaLayout::performance(const std::vector<Note>& voice) const {
  AriaPerformance performance;
  for (const Note& note : voice) {
    const bool drum = note.channel == kDrumChannel;
    const AriaInstrument instrument = drum ? AriaInstrument::drum : AriaInstrument::piano;
    if (std::ranges::find(performance.instruments, instrument) == performance.instruments.end())
      performance.instruments.push_back(instrument);
    performance.notes.push_back(
        {instrument, note.pitch, note.velocity, at(note.tick), drum ? kAriaStep : std::llround(ms(note.length))});
  }
  return performance;
}

AriaFrame AriaLayout::frame() const {
  const std::int64_t begin = nearestStep(beginsAt_);
  std::int64_t end = begin + kAriaStep + nearestStep(ms(answer_));
  // What lies within reach of the bar line at the end belongs to the bar that is not ours.
  while (end > begin + kAriaStep && tick(end - kAriaStep) >= answer_) end -= kAriaStep;
  return {begin, end, std::max<std::int64_t>(kAriaStep, std::llround(ms(meter_.bar()))), 0};
}

std::int64_t AriaLayout::firstBeatEnd() const {
  const AriaFrame whole = frame();
  std::int64_t last = whole.begin;
  while (last + kAriaStep < whole.end && tick(last + kAriaStep) < meter_.beat()) last += kAriaStep;
  return last;
}

Tick AriaLayout::tick(std::int64_t at) const {
  if (at <= nearestStep(beginsAt_)) return Tick{0};
  const double exact = (static_cast<double>(at) - beginsAt_) / msPerTick_, reach = kAriaReach / msPerTick_;
  const Tick near{std::llround(exact)};
  const auto distance = [&](Tick place) { return std::abs(static_cast<double>(place.count) - exact); };
  const Tick sixteenth = roundTo(near, kSixteenth), triplet = roundTo(near, kTriplet);
  const Tick strong = distance(sixteenth) <= distance(triplet) ? sixteenth : triplet;
  if (distance(strong) <= reach) return strong;
  const Tick pulse = roundTo(near, kPulse);
  return distance(pulse) <= reach ? pulse : std::max(near, Tick{0});
}

Tick AriaLayout::length(std::int64_t ms) const {
  return std::max(kPulse, roundTo(Tick{std::llround(static_cast<double>(ms) / msPerTick_)}, kPulse));
}

double AriaLayout::seconds(Tick ticks) const { return ms(ticks) * 1e-3; }

}  // namespace antiphon
