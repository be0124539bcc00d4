// An analysis as programs read it.
#pragma once

#include <nlohmann/json.hpp>

#include "synth/ears/analysis.hpp"

namespace antiphon {

/// What there is not (the key of noise, the loudness of silence) is null.
nlohmann::ordered_json toJson(const synth::Analysis& analysis);

}  // namespace antiphon
