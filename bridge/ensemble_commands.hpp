// Who is heard on which instrument, asked for by typing.
#pragma once

#include "bridge/command_table.hpp"
#include "bridge/ensemble.hpp"

namespace antiphon {

/// voice, click. The ensemble has to outlive the table.
void addEnsembleCommands(CommandTable& table, Ensemble& ensemble);

}  // namespace antiphon
