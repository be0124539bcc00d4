// Advice about a mix, and levels for it, as programs read them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "synth/mix/report.hpp"

namespace antiphon {

/// {type, priority, message, measurement: {value, unit, source}, action}
nlohmann::ordered_json toJson(const synth::Suggestion& suggestion);
/// {suggestions, mix_quality_score, deductions: [{what, measured, unit, points}], masking: {now, after}, notes}
nlohmann::ordered_json toJson(const synth::Advice& advice);
/// {TRACK: {gain_db, pan}}, of a desk's own channels with the master where it moves
nlohmann::ordered_json toJson(const synth::Levelled& levels);
/// What comes of the levels: {loudness, true_peak, ceiling_db: null or where a limiter has to hold, limited_db}
nlohmann::ordered_json outcomeJson(const synth::Levelled& levels);

}  // namespace antiphon
