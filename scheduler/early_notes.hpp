// Notes played while nobody was listening yet: some of them are meant for the bar about to begin.
#pragma once

#include <array>
#include <optional>

#include "scheduler/midi_message.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// Remembers the last notes struck outside a listening bar, in clock time, because before the first pulse there is no
/// other. Every call: Realtime: yes.
class EarlyNotes {
 public:
  struct Struck {
    MidiMessage noteOn{};
    Nanos when{};
    std::optional<Nanos> released{};
  };

  void press(const MidiMessage& noteOn, Nanos when) {
    notes_[count_ % notes_.size()] = {noteOn, when, std::nullopt};
    ++count_;
  }

  void release(const MidiMessage& noteOff, Nanos when) {
    forEach([&](Struck& note) {
      const bool same = note.noteOn.channel() == noteOff.channel() && note.noteOn.data1() == noteOff.data1();
      if (same && !note.released) note.released = when;
    });
  }

  void clear() { count_ = 0; }

  /// In order of playing.
  template <typename Visit>
  void forEach(Visit&& visit) {
    for (std::size_t i = count_ > notes_.size() ? count_ - notes_.size() : 0; i < count_; ++i) {
      visit(notes_[i % notes_.size()]);
    }
  }

 private:
  std::array<Struck, 64> notes_{};
  std::size_t count_ = 0;
};

}  // namespace antiphon
