// The mixing desk by words: gain, pan, bus, send, mixer, meters.
#pragma once

#include "bridge/command_table.hpp"
#include "synth/desk.hpp"

namespace antiphon {

void addMixerCommands(CommandTable& table, synth::Desk& desk);

}  // namespace antiphon
