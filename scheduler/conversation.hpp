// Call and response: listens for bars with notes, has them answered, and hands over on the bar line.
#pragma once

#include <bitset>
#include <optional>
#include <vector>

#include "scheduler/call_recorder.hpp"
#include "scheduler/early_notes.hpp"
#include "scheduler/journal.hpp"
#include "scheduler/live_command.hpp"
#include "scheduler/player.hpp"
#include "scheduler/reply.hpp"
#include "scheduler/settings.hpp"
#include "scheduler/timeline.hpp"
#include "scheduler/turn.hpp"

namespace antiphon {

/// A moment, and the line that tells where in the music it lies.
struct Now {
  Nanos time{};
  Timeline line{};
  Tick tick() const { return line.tickAt(time); }
};

/// The state machine. It holds no thread, no clock and no port, so all of it runs in virtual time, in simulate and in
/// the daemon, the same code. Realtime: yes, all of it.
class Conversation {
 public:
  Conversation(const Settings& settings, Player& player, Thinker& thinker, Journal& journal);

  Phase phase() const { return phase_; }
  const Settings& settings() const { return settings_; }
  const Tally& tally() const { return tally_; }

  /// The music runs from `position`, whose pulse has just come.
  void begin(Tick position, Now now);
  /// The music stopped or moved, or a port or the clock is gone: everything is settled at once.
  void leave(Phase to, TurnEnd why, Now now);
  /// The player played something; before begin() the tick of `now` means nothing yet.
  void hear(const MidiMessage& message, Now now);
  void think(const Thought& thought, Now now);
  void obey(const LiveCommand& command, Now now);

  /// The musical moment at which reach() is wanted next.
  std::optional<Tick> nextTick(const Timeline& line) const;
  /// That moment has come.
  void reach(Tick tick, Now now);

 private:
  // What is played
  void press(const MidiMessage& noteOn, Now now);
  void release(const MidiMessage& noteOff, Now now);
  void takeDown(const MidiMessage& noteOn, Tick pressed, Now now);
  bool isTrigger(const MidiMessage& message, Now now);

  // Listening
  void listenFrom(Tick tick, Now now);
  void nextBar();
  /// Asked to play before a first note gave the bars their place: they lie as the transport's do.
  void layBars(Now now);
  static std::size_t heldIndex(const MidiMessage& note) { return note.channel() * std::size_t{128} + note.data1(); }
  bool callIsOpen(Tick tick) const;
  bool armed() const;
  Tick barEnd() const { return barStart_ + settings_.meter.bar(); }

  // Answering
  void commit(Now now);
  void openAnswer(Now now);
  void startAnswer(Now now);
  void decideBar();
  bool takeOver(int bar);
  void finish(TurnEnd why, Now now);
  Tick lead(const Timeline& line) const;
  Tick answerEnd() const { return begin_ + reply_.length(); }

  void enter(Phase phase, Tick at, Now now);
  void feed(const Note& note) {
    if (turnBegun_) thinker_.feed(id_, note);
  }

  Settings settings_;
  Settings wanted_;  // in force from the next turn on
  Player& player_;
  Thinker& thinker_;
  Journal& journal_;

  Phase phase_ = Phase::stopped;
  bool placed_ = false;    // the position is known
  bool anchored_ = false;  // the bars have their place
  Tick origin_{};          // a bar line, from which the others are counted
  Tick barStart_{};        // of the bar being listened to
  Tick listenFrom_{};
  bool guardPassed_ = false;
  bool recording_ = false;      // manual mode
  bool playRequested_ = false;  // manual mode
  bool againRequested_ = false;
  bool recordDown_ = false;  // the triggers, as they stand
  bool playDown_ = false;
  std::bitset<16 * 128> held_;  // keys that are down

  CallRecorder recorder_;
  EarlyNotes early_;
  TurnId id_{};
  bool turnBegun_ = false;  // the thinker knows of this turn

  bool committed_ = false;       // reply_ is expected, from begin_ on
  bool opened_ = false;          // its first bar has been decided
  bool againCommitted_ = false;  // it answers the call before
  bool waited_ = false;          // it was put off by a bar already
  bool recommit_ = false;        // the call has changed since it was committed
  Reply reply_;
  Reply coming_;  // to the call as it has changed: takes over when it is ready, not before
  bool comingExpected_ = false;
  Tick begin_{};
  Tick callEnd_{};
  std::optional<Tick> yieldAt_{};
  TurnReport report_{};
  std::optional<Nanos> coveredAt_{};
  Nanos began_{};
  std::uint64_t notesBefore_ = 0;
  std::uint32_t answered_ = 0;

  TurnPlan lastPlan_{};
  std::vector<Note> lastPrompt_;
  Tally tally_{};
};

}  // namespace antiphon
