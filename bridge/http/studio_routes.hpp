// What the studio says of itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bridge/http/router.hpp"

namespace antiphon::http {

struct StudioSources {
  std::string version{};
  std::function<std::vector<std::string>()> ailments{};  // what is not well, a sentence each
};

/// GET / and /health.
void addStudioRoutes(Router& router, StudioSources sources);

}  // namespace antiphon::http
