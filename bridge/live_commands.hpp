// What a player can ask for by typing while the music runs.
#pragma once

#include <functional>
#include <string>

#include "bridge/command_table.hpp"
#include "bridge/recorder.hpp"
#include "scheduler/live_command.hpp"
#include "scheduler/settings.hpp"
#include "synth/studio/sequences.hpp"

namespace antiphon {

/// Where the live commands lead to.
struct LiveDoors {
  std::function<bool(const LiveCommand&)> send;  // false: there is no room for it now
  std::function<std::string()> status;
  std::function<void()> quit;
  synth::Sequences* patterns = nullptr;  // that play beside; null: nothing sounds here
  Recorder* recorder = nullptr;          // likewise
};

/// `settings` is what was asked for last: a command changes it when it has been sent. It must outlive the table.
void addLiveCommands(CommandTable& table, Settings& settings, LiveDoors doors);

}  // namespace antiphon
