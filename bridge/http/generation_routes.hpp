// Beats, bass lines and melodies over HTTP.
#pragma once

#include "bridge/http/router.hpp"

namespace antiphon::http {

/// POST /api/v1/generate/midi, /bassline and /melody.
void addGenerationRoutes(Router& router);

}  // namespace antiphon::http
