// The studio's commands over HTTP: a route for each that the table has.
#pragma once

#include <string>

#include "bridge/doorway.hpp"
#include "bridge/http/router.hpp"

namespace antiphon::http {

inline constexpr const char* kCommandsTopic = "commands";

/// POST /api/v1/commands/NAME, with its parameters. Both have to live longer.
void addCommandRoutes(Router& router, const CommandTable& table, Doorway& doorway);
/// For docs/http.md.
std::string commandsIntroduction();

}  // namespace antiphon::http
