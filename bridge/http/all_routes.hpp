// Everything that can be asked for over HTTP, put together in one place: for the daemon, and for whoever lists it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bridge/doorway.hpp"
#include "bridge/ensemble.hpp"
#include "bridge/http/router.hpp"

namespace antiphon::http {

/// Whom the routes reach; all have to live longer.
struct Sources {
  Doorway& doorway;
  const CommandTable& table;
  std::string version{};
  std::function<std::vector<std::string>()> ailments{};  // what is not well, a sentence each
  Ensemble* ensemble = nullptr;                          // null: nothing sounds here
};

void addAllRoutes(Router& router, Sources sources);

}  // namespace antiphon::http
