#include "bridge/demo_player.hpp"

#include <algorithm>
#include <array>

namespace antiphon {
namespace {

struct Step {
  int eighth;
  int eighths;
  std::uint8_t pitch;
  std::uint8_t velocity;
};

// Two bars' worth of A minor, so that longer metres have something to play too; shorter ones take what fits.
constexpr std::array kFirstCall{Step{0, 1, 57, 96},  Step{1, 1, 60, 78},  Step{2, 2, 64, 92}, Step{4, 1, 67, 88},
                                Step{5, 1, 64, 74},  Step{6, 2, 62, 90},  Step{8, 1, 60, 88}, Step{9, 1, 62, 76},
                                Step{10, 2, 64, 90}, Step{12, 3, 57, 84}, Step{15, 1, 55, 72}};
constexpr std::array kSecondCall{Step{0, 2, 69, 98},  Step{2, 1, 67, 80}, Step{3, 2, 64, 94}, Step{5, 1, 62, 76},
                                 Step{6, 1, 60, 86},  Step{7, 1, 62, 70}, Step{8, 2, 64, 92}, Step{10, 2, 60, 84},
                                 Step{12, 2, 57, 90}, Step{14, 2, 52, 80}};

template <std::size_t Size>
std::vector<Note> stepsAsNotes(const std::array<Step, Size>& steps, Tick length) {
  const Tick eighth{kQuarter.count / 2};
  std::vector<Note> notes;
  for (Tick from{0}; from < length; from += 16 * eighth) {
    for (const Step& step : steps) {
      const Tick at = from + step.eighth * eighth;
      if (at >= length) break;
      const Tick held = std::min(step.eighths * eighth, length - at) - Tick{24};
      notes.push_back({at, std::max(held, Tick{24}), step.pitch, step.velocity, 0});
    }
  }
  return notes;
}

}  // namespace

DemoPlayer::DemoPlayer(const Band& band, MidiClient& onward, const Settings& settings)
    : band_{band}, onward_{onward}, bar_{settings.meter.bar()} {
  const Tick length = settings.humanMeasures * bar_;
  write(stepsAsNotes(kFirstCall, length));
  write(stepsAsNotes(kSecondCall, length));
}

DemoPlayer::DemoPlayer(const Band& band, MidiClient& onward, const Settings& settings,
                       const std::vector<std::vector<Note>>& calls)
    : band_{band}, onward_{onward}, bar_{settings.meter.bar()} {
  for (const std::vector<Note>& call : calls) write(call);
}

void DemoPlayer::write(const std::vector<Note>& call) {
  std::vector<Stroke> strokes;
  for (const Note& note : call) {
    strokes.push_back({note.tick, note.pitch, note.velocity, note.channel});
    strokes.push_back({note.end(), note.pitch, 0, note.channel});
  }
  std::ranges::stable_sort(strokes, {}, &Stroke::at);
  calls_.push_back(std::move(strokes));
}

/// Where a bar begins to be listened to, and this turn's call has not been played, a call begins.
void DemoPlayer::takeTurn(Nanos now) {
  if (band_.phase() != Phase::listening) played_ = false;
  if (band_.phase() == Phase::stopped) playing_ = false;
  if (band_.phase() != Phase::listening || played_) return;
  start_ = ceilTo(band_.timeline().tickAt(now) - kPulse, bar_);
  playing_ = played_ = true;
  stroke_ = 0;
}

Nanos DemoPlayer::nextStroke() const {
  return playing_ ? band_.timeline().timeAt(start_ + calls_[call_][stroke_].at) : Nanos::max();
}

void DemoPlayer::playStroke(Nanos when) {
  const Stroke& stroke = calls_[call_][stroke_];
  onward_.receive(Inlet::player, MidiMessage::noteOn(stroke.channel, stroke.pitch, stroke.velocity).view(), when);
  if (++stroke_ < calls_[call_].size()) return;
  playing_ = false;
  call_ = (call_ + 1) % calls_.size();
}

void DemoPlayer::receive(Inlet inlet, std::span<const std::uint8_t> packet, Nanos when) {
  onward_.receive(inlet, packet, when);
}

void DemoPlayer::advance(Nanos until) {
  for (Nanos due = nextStroke(); due < until; due = nextStroke()) {
    onward_.advance(due + Nanos{1});  // what the band does at that moment, it does before a key goes down
    playStroke(due + Nanos{1});
  }
  onward_.advance(until);
  takeTurn(until);
}

Nanos DemoPlayer::nextDue() const { return std::min(onward_.nextDue(), nextStroke()); }

}  // namespace antiphon
