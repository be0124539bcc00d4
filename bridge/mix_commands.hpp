// What could be better in the mix that sounds, and levels for it.
#pragma once

#include <functional>
#include <string>

#include "bridge/command_table.hpp"
#include "synth/desk.hpp"

namespace antiphon {

/// How whoever listens gets at the desk, for a moment: what was heard is judged while others use it.
struct MixDoors {
  std::function<void(const std::function<void()>&)> within;
  /// Likewise, for a change that can be undone under this line.
  std::function<Command::Reply(const std::string& line, const std::function<Command::Reply()>&)> change;
};
/// Where nobody else uses it.
MixDoors alone();

/// advise, auto_level. The desk has to measure, and to remember synth::kHeardSeconds.
void addMixCommands(CommandTable& table, synth::Desk& desk, MixDoors doors = alone());

}  // namespace antiphon
