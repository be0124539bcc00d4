// What is about to be played, and a ledger of what sounds.
#pragma once

#include <optional>
#include <vector>

#include "scheduler/midi_message.hpp"
#include "scheduler/note.hpp"
#include "scheduler/pedals.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// Holds notes and pedals until their tick comes. Every note-on that leaves has its note-off already owed, and every
/// pedal that goes down its coming up, so however the music ends, the ledger knows what to close. No memory is taken
/// after construction; every call: Realtime: yes.
class Outbox {
 public:
  static constexpr std::size_t kMostPending = 16384;

  Outbox();

  /// False when there is no room, or the same note is there already.
  bool add(const Note& note);
  bool add(const Pedal& pedal) { return pedals_.add(pedal); }
  /// Every pedal comes up at `at`: another plays from there.
  void liftPedals(Tick at) { pedals_.lift(at); }
  /// Forgets what has not been sent; what sounds goes on, its note-offs stay owed.
  void dropUnsent() {
    dropNotes();
    pedals_.dropUnsent();
  }
  /// At `end` everything is settled, whatever is still owed or unsent.
  void endAt(Tick end) { end_ = end; }

  /// When something is next due; nothing when all is sent and paid.
  std::optional<Tick> nextTick() const;
  /// Hands everything due at `tick` or before to `send(const MidiMessage&)`: releases before strikes, and pedals about
  /// them as Pedals says.
  template <typename Send>
  void sendDue(Tick tick, Send&& send);
  /// Closes every sounding note now, drops what is unsent, and lifts the pedal on every channel used.
  template <typename Send>
  void settle(Send&& send);

  std::size_t sounding() const { return ledger_.size(); }
  std::size_t pending() const { return pending_.size() - head_; }

 private:
  struct Owed {
    Tick off;
    std::uint8_t channel;
    std::uint8_t pitch;
  };

  /// The debt that falls due first; among equals the one that was struck first.
  std::vector<Owed>::iterator earliestOwed();
  std::vector<Owed>::const_iterator earliestOwed() const;
  std::vector<Owed>::iterator owedFor(const Note& note);
  void dropNotes() {
    pending_.clear();
    head_ = 0;
  }
  void use(std::uint8_t channel) { channelsUsed_ = static_cast<std::uint16_t>(channelsUsed_ | (1u << channel)); }

  std::vector<Note> pending_;  // in order of onset, from head_ on
  std::size_t head_ = 0;
  std::vector<Owed> ledger_;  // at most one for each channel and pitch, in order of striking
  Pedals pedals_;
  std::optional<Tick> end_{};
  std::uint16_t channelsUsed_ = 0;
};

template <typename Send>
void Outbox::sendDue(Tick tick, Send&& send) {
  for (auto next = nextTick(); next && *next <= tick; next = nextTick()) {
    if (end_ && *end_ <= *next) {
      settle(send);
      return;
    }
    if (const auto owed = earliestOwed(); owed != ledger_.end() && owed->off <= *next) {
      send(MidiMessage::noteOff(owed->channel, owed->pitch));
      ledger_.erase(owed);
      continue;
    }
    const bool strikes = head_ < pending_.size() && pending_[head_].tick <= *next;
    if (const Pedal* due = pedals_.next(); due && due->tick <= *next && (!due->down || !strikes)) {
      if (const auto pedal = pedals_.take()) {
        use(pedal->channel);
        send(MidiMessage::controller(pedal->channel, midi::kSustain, pedal->down ? 127 : 0));
      }
      continue;
    }
    const Note note = pending_[head_++];
    if (head_ == pending_.size()) dropNotes();
    if (const auto owed = owedFor(note); owed != ledger_.end()) {  // struck again while it sounds
      send(MidiMessage::noteOff(owed->channel, owed->pitch));
      ledger_.erase(owed);
    }
    ledger_.push_back({note.end(), note.channel, note.pitch});
    use(note.channel);
    send(MidiMessage::noteOn(note.channel, note.pitch, note.velocity));
  }
}

template <typename Send>
void Outbox::settle(Send&& send) {
  for (const Owed& owed : ledger_) send(MidiMessage::noteOff(owed.channel, owed.pitch));
  for (std::uint8_t channel = 0; channel < 16; ++channel) {
    if ((channelsUsed_ & (1u << channel)) == 0) continue;
    send(MidiMessage::controller(channel, midi::kSustain, 0));
    send(MidiMessage::controller(channel, midi::kAllNotesOff, 0));
  }
  ledger_.clear();
  pedals_.forget();
  channelsUsed_ = 0;
  end_.reset();
  dropUnsent();
}

}  // namespace antiphon
