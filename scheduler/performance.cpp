#include "scheduler/performance.hpp"

#include <algorithm>

namespace antiphon {

Performance::Performance(const Settings& settings, MidiSink& out, MidiSink& clockOut, Thinker& thinker,
                         Journal& journal)
    : internal_{settings.clock == ClockSource::internal},
      freeRun_{settings.freeRun},
      beat_{settings.meter.beat()},
      clockOutWanted_{settings.clockOut},
      clockOut_{clockOut},
      journal_{journal},
      internalClock_{settings.tempo},
      player_{out, journal},
      conversation_{settings, player_, thinker, journal} {}

void Performance::clockPacket(std::span<const std::uint8_t> packet, Nanos when) {
  moveTo(when);
  clockParser_.parse(packet, [this](const MidiMessage& message) {
    if (!internal_) transport(message);
  });
}

void Performance::playerPacket(std::span<const std::uint8_t> packet, Nanos when) {
  advance(when + Nanos{1});  // a key struck at the very moment of the bar line comes after it
  playerParser_.parse(packet, [this](const MidiMessage& message) { conversation_.hear(message, at(now_)); });
}

void Performance::think(const Thought& thought, Nanos when) {
  moveTo(when);
  conversation_.think(thought, at(now_));
}

void Performance::obey(const LiveCommand& command, Nanos when) {
  moveTo(when);
  if (const auto* settings = std::get_if<Settings>(&command); settings && internal_) {
    internalClock_.setTempo(settings->tempo, now_);
  }
  conversation_.obey(command, at(now_));
}

void Performance::portLost(Nanos when) {
  moveTo(when);
  if (conversation_.phase() == Phase::stopped) return;
  playing_ = false;  // the next pulse gives the conversation its position anew
  conversation_.leave(Phase::listening, TurnEnd::portLost, at(now_));
}

void Performance::close(Nanos when) {
  moveTo(when);
  if (started_ && clockOutWanted_) clockOut_.send(MidiMessage::of(midi::kStop), now_);
  follower_.stop();
  started_ = playing_ = false;
  conversation_.leave(Phase::stopped, TurnEnd::closed, at(now_));
}

void Performance::transport(const MidiMessage& message) {
  switch (message.status()) {
    case midi::kClock:
      if (freeRun_ && !transportSeen_ && !follower_.running()) follower_.start();
      follower_.pulse(now_);
      pulse();
      return;
    case midi::kStart:
    case midi::kContinue:
      transportSeen_ = true;
      // A Start while it runs is a jump to the top; a Continue while it runs says nothing new.
      if (message.status() == midi::kContinue && follower_.running()) return;
      if (playing_) conversation_.leave(Phase::listening, TurnEnd::jumped, at(now_));
      playing_ = lost_ = false;
      if (message.status() == midi::kStart) follower_.start();
      else follower_.resume();
      return;
    case midi::kStop:
      transportSeen_ = true;
      follower_.stop();
      playing_ = lost_ = false;
      conversation_.leave(Phase::stopped, TurnEnd::stopped, at(now_));
      return;
    case midi::kSongPosition: {
      const Tick position = (message.data1() | message.data2() << 7) * kSongPositionUnit;
      if (playing_) conversation_.leave(Phase::listening, TurnEnd::jumped, at(now_));
      playing_ = false;
      follower_.moveTo(position);
      return;
    }
    default: return;
  }
}

void Performance::pulse() {
  const auto counted = follower_.lastPulse();
  if (!follower_.running() || !counted) return;
  if (!playing_) {
    if (lost_) journal_.write(ClockBack{*counted}, now_);
    playing_ = true;
    lost_ = false;
    conversation_.begin(*counted, at(now_));
  }
  if (counted->count % beat_.count == 0) journal_.write(Beat{*counted, timeline().tempo}, now_);
}

void Performance::loseClock() {
  journal_.write(ClockLost{timeline().tickAt(now_)}, now_);
  conversation_.leave(Phase::stopped, TurnEnd::clockLost, at(now_));
  follower_.lose();
  playing_ = false;
  lost_ = true;
}

Performance::Next Performance::next() const {
  Next next;
  const auto consider = [&next](Nanos when, Deed deed) {
    if (when < next.when) next = {when, deed};
  };
  if (internal_ && started_) consider(internalClock_.nextPulse(), Deed::pulse);
  if (!playing_) return next;
  const Timeline& line = timeline();
  if (!internal_) consider(follower_.lastArrival() + line.tempo.span(kClockLoss), Deed::clockLoss);
  const Tick limit = horizon();
  if (const auto tick = conversation_.nextTick(line); tick && *tick <= limit) {
    consider(line.timeAt(*tick), Deed::conversation);
  }
  if (const auto due = player_.nextDue(line, limit)) consider(*due, Deed::play);
  return next;
}

Nanos Performance::nextDue() const { return next().when; }

void Performance::advance(Nanos until) {
  if (internal_ && !started_) {
    started_ = true;
    internalClock_.start(until);
    follower_.start();
    if (clockOutWanted_) clockOut_.send(MidiMessage::of(midi::kStart), until);
  }
  for (Next due = next(); due.when < until; due = next()) {
    moveTo(due.when);
    switch (due.deed) {
      case Deed::pulse:
        if (clockOutWanted_) clockOut_.send(MidiMessage::of(midi::kClock), now_);
        internalClock_.passPulse();
        follower_.pulse(due.when);
        pulse();
        break;
      case Deed::clockLoss: loseClock(); break;
      case Deed::conversation: conversation_.reach(*conversation_.nextTick(timeline()), at(now_)); break;
      case Deed::play: player_.playDue(timeline(), horizon(), now_); break;
      case Deed::nothing: return;
    }
  }
  moveTo(until);
}

Tally Performance::tally() const {
  Tally tally = conversation_.tally();
  for (const MidiParser* parser : {&clockParser_, &playerParser_}) {
    tally.strayBytes += parser->faults().stray;
    tally.truncated += parser->faults().truncated;
    tally.sysex += parser->faults().sysex;
  }
  return tally;
}

}  // namespace antiphon
