// What could be better in the mix that sounds, and levels for it.
#pragma once

#include "bridge/command_table.hpp"
#include "synth/desk.hpp"

namespace antiphon {

/// advise, auto_level. The desk has to measure, and to remember synth::kHeardSeconds.
void addMixCommands(CommandTable& table, synth::Desk& desk);

}  // namespace antiphon
