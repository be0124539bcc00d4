// Writes down what the player plays, bar by bar, and makes the prompt of it.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "scheduler/note.hpp"
#include "scheduler/settings.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// The call so far. Holds the last kMostCallMeasures bars that have notes in them. No memory is taken after
/// construction; every call: Realtime: yes.
class CallRecorder {
 public:
  static constexpr std::size_t kMostNotes = 4096;

  CallRecorder();

  void clear();

  /// A key goes down at `pressed`, and counts as `struck` in the bar that starts at `bar` (a player who anticipates
  /// presses before the note's place). False when the call is too full to hold it.
  bool press(Tick bar, const Note& struck, Tick pressed);
  /// A key comes up. The note, when that ended one; nothing while the pedal holds it, or no such note is open.
  std::optional<Note> release(std::uint8_t channel, std::uint8_t pitch, Tick at);
  /// The sustain pedal; `ended(const Note&)` for each note that it lets go.
  template <typename Ended>
  void pedal(std::uint8_t channel, bool down, Tick at, Ended&& ended);
  /// All keys of a channel come up, and its pedal.
  template <typename Ended>
  void releaseAll(std::uint8_t channel, Tick at, Ended&& ended);

  bool pedalDown(std::uint8_t channel) const { return pedalDown_[channel]; }
  /// Notes in the bar that starts at `bar`.
  bool hasNotesIn(Tick bar) const;
  /// Bars with notes that start before `end`.
  int barsBefore(Tick end) const;
  /// Notes that begin before `end`.
  int notesBefore(Tick end) const;
  std::optional<Tick> firstBar() const;

  /// The last `most` bars with notes before `end`, put one behind the other from tick 0; what is still held is closed
  /// at `end`. Valid until the next call.
  struct Prompt {
    int bars;
    std::span<const Note> notes;
  };
  Prompt prompt(int most, Tick end, Meter meter);

 private:
  static constexpr std::int16_t kNone = -1;
  struct Taken {
    Note note;
    Tick bar;
    Tick pressed;
    bool open;      // no end yet
    bool released;  // the key is up, the pedal holds it
  };

  std::int16_t& openAt(std::uint8_t channel, std::uint8_t pitch) { return open_[channel * 128u + pitch]; }
  const Note& close(std::int16_t& open, Tick at);
  void dropOldestBar();

  std::vector<Taken> notes_;  // in order of playing
  std::vector<Tick> bars_;    // starts of the bars that have notes, ascending
  std::vector<Note> scratch_;
  std::array<std::int16_t, 16 * 128> open_;  // which of notes_ is open on a channel and pitch
  std::array<bool, 16> pedalDown_{};
};

template <typename Ended>
void CallRecorder::pedal(std::uint8_t channel, bool down, Tick at, Ended&& ended) {
  pedalDown_[channel] = down;
  if (down) return;
  for (std::uint8_t pitch = 0; pitch < 128; ++pitch) {
    auto& open = openAt(channel, pitch);
    if (open != kNone && notes_[static_cast<std::size_t>(open)].released) ended(close(open, at));
  }
}

template <typename Ended>
void CallRecorder::releaseAll(std::uint8_t channel, Tick at, Ended&& ended) {
  pedalDown_[channel] = false;
  for (std::uint8_t pitch = 0; pitch < 128; ++pitch) {
    if (auto& open = openAt(channel, pitch); open != kNone) ended(close(open, at));
  }
}

}  // namespace antiphon
