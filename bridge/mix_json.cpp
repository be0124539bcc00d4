#include "bridge/mix_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace antiphon {
namespace {

using Json = nlohmann::ordered_json;

/// To a hundredth; and no "-0.0".
double toHundredths(double value) { return std::round(value * 100) / 100 + 0.0; }

}  // namespace

Json toJson(const synth::Suggestion& suggestion) {
  const synth::Measurement& measured = suggestion.measurement;
  return {
      {"type", suggestion.type},
      {"priority", synth::nameOf(suggestion.priority)},
      {"message", suggestion.message},
      {"measurement", {{"value", toHundredths(measured.value)}, {"unit", measured.unit}, {"source", measured.source}}},
      {"action", suggestion.action}};
}

Json toJson(const synth::Advice& advice) {
  Json suggestions = Json::array(), deductions = Json::array();
  for (const synth::Suggestion& suggestion : advice.suggestions) suggestions.push_back(toJson(suggestion));
  for (const synth::Deduction& rule : advice.score.deductions)
    deductions.push_back({{"what", rule.what},
                          {"measured", toHundredths(rule.measured)},
                          {"unit", rule.unit},
                          {"points", toHundredths(rule.points)}});
  return {{"suggestions", suggestions},
          {"mix_quality_score", toHundredths(advice.score.points)},
          {"deductions", deductions},
          {"masking", {{"now", toHundredths(100 * advice.masking)}, {"after", toHundredths(100 * advice.relieved)}}},
          {"notes", advice.notes}};
}

Json toJson(const synth::Levelled& levels) {
  Json all = Json::object();
  for (const synth::TrackLevel& track : levels.tracks)
    all[track.name] = {{"gain_db", toHundredths(track.gain)}, {"pan", toHundredths(track.pan)}};
  if (levels.masterMoves) all["master"] = {{"gain_db", toHundredths(levels.master)}, {"pan", 0.0}};
  return all;
}

Json outcomeJson(const synth::Levelled& levels) {
  return {{"loudness", toHundredths(levels.loudness)},
          {"true_peak", toHundredths(levels.truePeak)},
          {"ceiling_db", levels.ceiling ? Json(toHundredths(*levels.ceiling)) : Json(nullptr)},
          {"limited_db", toHundredths(levels.limited)}};
}

}  // namespace antiphon
