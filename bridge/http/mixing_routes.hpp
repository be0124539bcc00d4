// Advice and levels for a mix over HTTP: of stems that are sent, or of what plays now.
#pragma once

#include "bridge/doorway.hpp"
#include "bridge/ensemble.hpp"
#include "bridge/http/router.hpp"

namespace antiphon::http {

/// POST /api/v1/mixing/suggest and /auto_level. `ensemble`: null: nothing sounds here.
void addMixingRoutes(Router& router, Doorway& doorway, Ensemble* ensemble);

}  // namespace antiphon::http
