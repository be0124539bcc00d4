// docs/osc.md, made from the command tables.
#pragma once

#include <string>

#include "bridge/command_table.hpp"

namespace antiphon {

/// Every address, with what it takes. `table`: a studio's, with answers.
std::string oscPage(const CommandTable& table);

}  // namespace antiphon
