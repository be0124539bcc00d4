// What a pattern of the studio plays, as notes; and who of the studio plays a note.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scheduler/note.hpp"
#include "synth/patch.hpp"
#include "synth/studio/sequences.hpp"

namespace antiphon {

/// From one moment of the music up to another.
struct Stretch {
  Tick from{}, until{};
};

/// Counted from its start, as written and not as swung. A drum is struck on its own key of General MIDI.
std::vector<Note> notesOf(const synth::Sequences& sequences, const synth::Patch& patch,
                          const synth::Sequences::Sequence& sequence, Stretch stretch, std::uint8_t channel);

/// The type of the drum that a key of General MIDI is struck on; empty: none of ours.
std::string_view drumOf(std::uint8_t key);

}  // namespace antiphon
