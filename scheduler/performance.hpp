// The whole of the music in one object: clock, conversation and player, run by whoever has the time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "scheduler/clock_follower.hpp"
#include "scheduler/conversation.hpp"
#include "scheduler/internal_clock.hpp"
#include "scheduler/midi_parser.hpp"
#include "scheduler/player.hpp"

namespace antiphon {

/// Driven by moments that only ascend: by a thread, by an audio callback, or by a loop over a file. Between two moments
/// it does in order all that falls between them. No thread, no system clock, no memory taken after construction.
/// Realtime: yes, all of it.
class Performance {
 public:
  /// A clock silent for so long is lost: a beat, and the pulse that is then overdue.
  static constexpr Tick kClockLoss = kQuarter + kPulse;
  /// How far the music runs on ahead of the last pulse that came.
  static constexpr Tick kTrust = 6 * kPulse;

  Performance(const Settings& settings, MidiSink& out, MidiSink& clockOut, Thinker& thinker, Journal& journal);

  /// A packet on the clock's inlet, or on the player's.
  void clockPacket(std::span<const std::uint8_t> packet, Nanos when);
  void playerPacket(std::span<const std::uint8_t> packet, Nanos when);
  void think(const Thought& thought, Nanos when);
  void obey(const LiveCommand& command, Nanos when);
  void portLost(Nanos when);

  /// Does all that falls before `until`.
  void advance(Nanos until);
  /// When advance() has something to do next; Nanos::max() for never.
  Nanos nextDue() const;
  /// The end: everything is settled.
  void close(Nanos when);

  Nanos now() const { return now_; }
  Phase phase() const { return conversation_.phase(); }
  const Timeline& timeline() const { return internal_ ? internalClock_.timeline() : follower_.timeline(); }
  /// What was dropped, and why.
  Tally tally() const;

 private:
  enum class Deed : std::uint8_t { nothing, pulse, clockLoss, conversation, play };
  struct Next {
    Nanos when = Nanos::max();
    Deed deed = Deed::nothing;
  };

  Next next() const;
  Now at(Nanos when) const { return {when, timeline()}; }
  Tick horizon() const { return *follower_.lastPulse() + kTrust; }
  void moveTo(Nanos when) { now_ = std::max(now_, when); }
  void transport(const MidiMessage& message);
  void pulse();
  void loseClock();

  const bool internal_;
  const bool freeRun_;
  Tick beat_;
  bool clockOutWanted_;
  MidiSink& clockOut_;
  Journal& journal_;
  ClockFollower follower_;
  InternalClock internalClock_;
  Player player_;
  Conversation conversation_;
  MidiParser clockParser_;
  MidiParser playerParser_;
  Nanos now_ = Nanos::min();
  bool started_ = false;        // the internal clock runs
  bool transportSeen_ = false;  // the DAW sends Start, Stop or Continue
  bool playing_ = false;        // the conversation has been given its position
  bool lost_ = false;
};

}  // namespace antiphon
