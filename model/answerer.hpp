// The one who thinks of an answer.
#pragma once

#include <stdexcept>
#include <string_view>

#include "scheduler/note.hpp"
#include "scheduler/turn.hpp"

namespace antiphon {

/// What the player played, ready to be answered.
struct Call {
  TurnPlan plan{};
  Phrase prompt{};  // the last bars of it, in order of onset, every note closed
};

/// Where an answer goes as it is thought of.
class AnswerStream {
 public:
  virtual ~AnswerStream() = default;
  /// The next note, in order of onset, counted from the start of the answer.
  virtual void note(const Note& note) = 0;
  /// The sustain pedal, in order with the notes.
  virtual void pedal(const Pedal& pedal) = 0;
  /// Nothing before `tick` will come any more.
  virtual void reached(Tick tick) = 0;
  /// True once nobody waits for this answer: return as soon as you can.
  virtual bool cancelled() const = 0;
};

/// Thinks of answers, on a thread of its own. begin() and feed() are hints that come while the player is still playing,
/// so that thinking can start early; commit() alone decides what the call was. An exception from any of them ends the
/// turn for this answerer, never the music.
class Answerer {
 public:
  virtual ~Answerer() = default;
  virtual std::string_view name() const = 0;
  virtual void begin(const TurnPlan&) {}
  virtual void feed(const Note&) {}
  virtual void commit(const Call& call, AnswerStream& out) = 0;
};

}  // namespace antiphon
