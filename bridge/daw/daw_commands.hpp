// daw: what is known of the DAW, and what it is told.
#pragma once

#include <functional>
#include <optional>

#include "bridge/command_table.hpp"
#include "bridge/daw/daw_line.hpp"

namespace antiphon {

struct DawDoors {
  DawLine* line = nullptr;  // null: no DAW was named
  /// Music by its name, a pattern's or `answer`; throws a sentence where there is none.
  std::function<DawMusic(const std::string& name)> music;
};

void addDawCommands(CommandTable& table, DawDoors doors);

}  // namespace antiphon
