// Modules of one's own, asked for by typing.
#pragma once

#include "bridge/command_table.hpp"
#include "bridge/workshop.hpp"

namespace antiphon {

/// generate_module, reload. The workshop has to outlive the table.
void addModuleCommands(CommandTable& table, Workshop& workshop);

}  // namespace antiphon
