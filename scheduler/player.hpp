// Plays the outbox: each message at the moment that the timeline gives its tick.
#pragma once

#include <optional>

#include "scheduler/journal.hpp"
#include "scheduler/midi_sink.hpp"
#include "scheduler/outbox.hpp"
#include "scheduler/own_voice.hpp"
#include "scheduler/timeline.hpp"

namespace antiphon {

/// Realtime: yes, all of it.
class Player {
 public:
  Player(MidiSink& sink, Journal& journal) : sink_{sink}, journal_{journal} {}

  Outbox& outbox() { return outbox_; }
  OwnVoice& ownVoice() { return ownVoice_; }
  /// Shifts what is sent; negative is earlier.
  void setOffset(Nanos offset) { offset_ = offset; }
  Nanos offset() const { return offset_; }

  /// When the next message is due; nothing when none is, or when it lies beyond `horizon`.
  std::optional<Nanos> nextDue(const Timeline& timeline, Tick horizon) const;
  /// Sends what is due by `now`.
  void playDue(const Timeline& timeline, Tick horizon, Nanos now);
  /// Closes every sounding note at once and forgets the rest.
  void settle(const Timeline& timeline, Nanos now);
  /// settle(), and every channel is told to be silent, whoever made it sound.
  void panic(const Timeline& timeline, Nanos now);

  std::uint64_t notesSent() const { return notesSent_; }

 private:
  void send(const MidiMessage& message, Tick at, Nanos when);

  MidiSink& sink_;
  Journal& journal_;
  Outbox outbox_;
  OwnVoice ownVoice_;
  Nanos offset_{0};
  Nanos lastSent_ = Nanos::min();
  std::uint64_t notesSent_ = 0;
};

}  // namespace antiphon
