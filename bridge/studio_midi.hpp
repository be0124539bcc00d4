// The patterns as a MIDI file, a track for each.
#pragma once

#include <string>
#include <vector>

#include "bridge/command_table.hpp"
#include "bridge/phrase_file.hpp"
#include "bridge/studio_files.hpp"
#include "synth/desk.hpp"
#include "synth/studio/sequences.hpp"

namespace antiphon {

/// So many bars of what plays and is not muted, as it is swung; drums on channel 10 with their keys of General MIDI.
std::vector<NamedPhrase> phrasesOf(const synth::Sequences& sequences, const synth::Patch& patch, int bars);

/// One pattern, whether it plays or not, once through and to the end of its last bar, on a channel of its own: the
/// first, or that of drums. Throws PatchError where nobody plays one of that name.
NamedPhrase phraseOf(const synth::Sequences& sequences, const synth::Patch& patch, const std::string& name);

/// export midi NAME [bars]
void addExport(CommandTable& table, synth::Desk& desk, synth::Sequences& sequences, Shelf shelf, FileDoors doors);

}  // namespace antiphon
