// What happened, told as it happens: for the log, the status line, the turn log and the recording.
#pragma once

#include <variant>

#include "scheduler/midi_message.hpp"
#include "scheduler/time.hpp"
#include "scheduler/turn.hpp"

namespace antiphon {

enum class Phase : std::uint8_t { stopped, listening, answering };
std::string_view name(Phase phase);

struct PhaseChanged {
  Phase from, to;
  Tick at;
};
struct TurnEnded {
  TurnReport report;
};
/// The transport runs on from `to` instead of where it was: Start, Continue after a move, a song position.
struct Relocated {
  Tick to;
};
/// A message of the player's, or one of ours; notes, and controllers that belong to them.
struct Heard {
  MidiMessage message;
  Tick at;
};
struct Played {
  MidiMessage message;
  Tick at;
};
/// Told once a beat: where the music is and how fast.
struct Beat {
  Tick at;
  Tempo tempo;
};
struct ClockLost {
  Tick at;
};
struct ClockBack {
  Tick at;
};
/// Counted so far.
struct Tally {
  std::uint64_t strayBytes = 0;
  std::uint64_t truncated = 0;
  std::uint64_t sysex = 0;
  std::uint64_t notesLeftOut = 0;  // the call was fuller than we can hold
  std::uint64_t strayNoteOffs = 0;
  std::uint64_t ownNotesHeard = 0;  // our own output, come back into the input

  friend bool operator==(const Tally&, const Tally&) = default;
};

using JournalEntry = std::variant<PhaseChanged, TurnEnded, Relocated, Heard, Played, Beat, ClockLost, ClockBack, Tally>;

class Journal {
 public:
  virtual ~Journal() = default;
  /// Must not wait. Realtime: yes.
  virtual void write(const JournalEntry& entry, Nanos when) = 0;
};

}  // namespace antiphon
