// docs/commands.md, from the commands' own declarations.
#pragma once

#include <string>

#include "bridge/command_table.hpp"

namespace antiphon {

std::string commandsPage(const CommandTable& table);

/// Text as it stands in a table of a page.
std::string cellOf(std::string text);

}  // namespace antiphon
