// MIDI files as the public Aria checkpoints hear them: notes in milliseconds, the sustain pedal folded into their
// lengths.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "model/aria/vocabulary.hpp"
#include "model/midi_file.hpp"

namespace antiphon {

struct AriaNote {
  AriaInstrument instrument = AriaInstrument::piano;
  int pitch = 60;  // of a drum: its key
  int velocity = 80;
  std::int64_t at = 0;      // ms since the first note
  std::int64_t length = 0;  // ms

  friend bool operator==(const AriaNote&, const AriaNote&) = default;
};

/// The sustain pedal goes down, or comes up.
struct AriaPedal {
  bool down = false;
  std::int64_t at = 0;  // ms since the first note

  friend bool operator==(const AriaPedal&, const AriaPedal&) = default;
};

inline constexpr int kAriaDrumVelocity = 60;  // the tokens of drums tell none

struct AriaPerformance {
  std::vector<AriaInstrument>
      instruments{};              // in their order; also those that a program was chosen for and that never play
  std::vector<AriaNote> notes{};  // by onset; among equal ones, as the file ends them
};

/// One line that names the file, when it is no MIDI file, has no note that can be told, or lasts longer than a day.
///
/// An end closes every note of its key that began before it, so notes struck again overlap. What is never ended is left
/// out. A channel keeps its last program throughout; channels that ever turn to an instrument Aria does not know are
/// left out. Before the first tempo of the file, that tempo holds already.
AriaPerformance parseAriaPerformance(std::span<const std::uint8_t> bytes, const std::string& name);
AriaPerformance readAriaPerformance(const std::filesystem::path& path);

}  // namespace antiphon
