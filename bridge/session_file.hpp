// The session as a Standard MIDI File, complete on disk at every moment, so that no way of ending the
// program can lose it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "bridge/track_bytes.hpp"
#include "scheduler/journal.hpp"
#include "scheduler/meter.hpp"
#include "scheduler/midi_message.hpp"
#include "scheduler/time.hpp"
#include "scheduler/timeline.hpp"

namespace antiphon {

/// Three tracks: metre and tempo; "Call", what was heard; "Answer", what was played. Tick 0 is a bar line of the
/// transport. Where the transport moves (a loop, Start again), notes end and the file goes on at its own next
/// bar line, so bars stay bars. While the transport stands, so does the file. For one ordinary thread.
class SessionFile {
 public:
  /// Writes an empty session at once. A file of that name is kept under another. Throws std::runtime_error with a
  /// sentence for the player when the path cannot be written. `tempo` holds until the first Beat comes.
  SessionFile(std::filesystem::path path, Meter meter, Tempo tempo = {});
  ~SessionFile();
  SessionFile(const SessionFile&) = delete;
  SessionFile& operator=(const SessionFile&) = delete;

  void write(const JournalEntry& entry, Nanos when);
  /// Saves what has waited for a second; to be called now and then, also when nothing happens.
  void tend(Nanos now);
  /// Saves what is left. The destructor does the same, but cannot tell of a failure.
  void close();

  /// A sentence when saving has begun to fail, or works again; told once.
  std::optional<std::string> news();
  /// The name that an older file of ours was given; empty when there was none.
  const std::filesystem::path& keptAside() const { return keptAside_; }

 private:
  void arrive(const Beat& beat, Nanos when);
  void noteTempo(Tick here, Tempo tempo, Nanos when);
  void relocate(Tick to, Nanos when);
  void enter(const PhaseChanged& change);
  void add(TrackBytes& track, const MidiMessage& message, Tick at);
  Tick place(Tick at) const;
  Tick leftOff(Nanos when) const;
  void advance(Tick to);
  void letGo(Tick at);

  void save(Nanos now);
  void writePart() const;
  std::filesystem::path part() const;

  std::filesystem::path path_;
  std::filesystem::path keptAside_;
  Meter meter_;
  TrackBytes conductor_;
  TrackBytes call_;
  TrackBytes answer_;

  bool placed_ = false;    // the transport's position is known
  bool standing_ = false;  // the transport stands
  Tick shift_{};           // from the transport's ticks to the file's
  Tick end_{};             // how far the file has come
  Timeline line_{};        // through the last beat or move, in the file's ticks

  Tempo tempo_;                // in force at the end
  bool begun_ = false;         // there was a beat
  bool tempoWritten_ = false;  // and another, so that the first tempo is certain

  bool dirty_ = false;
  bool closed_ = false;
  bool failing_ = false;
  std::optional<Nanos> saved_{};  // or tried to
  std::optional<std::string> news_{};
};

}  // namespace antiphon
