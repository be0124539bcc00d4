// The patch language: commands that make and change a patch while it sounds.
#pragma once

#include "bridge/command_table.hpp"
#include "synth/desk.hpp"

namespace antiphon {

/// create, patch, unpatch, set, note, list, show, remove, modules. The desk has to outlive the table.
void addPatchCommands(CommandTable& table, synth::Desk& desk);

}  // namespace antiphon
