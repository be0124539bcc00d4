// What is in a recording, and what could be better in a project, over HTTP.
#pragma once

#include "bridge/doorway.hpp"
#include "bridge/ensemble.hpp"
#include "bridge/http/router.hpp"

namespace antiphon::http {

/// POST /api/v1/analyze/audio and /project. `ensemble`: null: nothing sounds here.
void addListeningRoutes(Router& router, Doorway& doorway, Ensemble* ensemble);

}  // namespace antiphon::http
