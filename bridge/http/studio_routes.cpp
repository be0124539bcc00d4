#include "bridge/http/studio_routes.hpp"

#include <nlohmann/json.hpp>

#include "bridge/http/json_answer.hpp"

namespace antiphon::http {

void addStudioRoutes(Router& router, StudioSources sources) {
  router.topic("the studio");
  router.add({.method = "GET",
              .path = "/",
              .purpose = "Who is here.",
              .answers = "`service`, `version`, `status`: running",
              .example = "http://localhost:9000/",
              .handle = [version = sources.version](Call&) {
                return jsonAnswer({{"service", "antiphon"}, {"version", version}, {"status", "running"}});
              }});
  router.add(
      {.method = "GET",
       .path = "/health",
       .purpose = "How it is.",
       .answers = "`status`: healthy, since it answers, and `unhealthy`: what is not, a sentence each (the sound "
                  "device is gone, a MIDI port is missing ...)",
       .example = "http://localhost:9000/health",
       .handle = [ailments = std::move(sources.ailments)](Call&) {
         return jsonAnswer({{"status", "healthy"}, {"unhealthy", ailments ? ailments() : std::vector<std::string>{}}});
       }});
}

}  // namespace antiphon::http
