#include "bridge/http/all_routes.hpp"

#include "bridge/http/command_routes.hpp"
#include "bridge/http/studio_routes.hpp"

namespace antiphon::http {

void addAllRoutes(Router& router, Sources sources) {
  addStudioRoutes(router, {sources.version, sources.ailments});
  addCommandRoutes(router, sources.table, sources.doorway);
}

}  // namespace antiphon::http
