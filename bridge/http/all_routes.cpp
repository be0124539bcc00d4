#include "bridge/http/all_routes.hpp"

#include "bridge/http/command_routes.hpp"
#include "bridge/http/generation_routes.hpp"
#include "bridge/http/listening_routes.hpp"
#include "bridge/http/mixing_routes.hpp"
#include "bridge/http/studio_routes.hpp"

namespace antiphon::http {

void addAllRoutes(Router& router, Sources sources) {
  addStudioRoutes(router, {sources.version, sources.ailments});
  addListeningRoutes(router, sources.doorway, sources.ensemble);
  addGenerationRoutes(router);
  addMixingRoutes(router, sources.doorway, sources.ensemble);
  addCommandRoutes(router, sources.table, sources.doorway);
}

}  // namespace antiphon::http
