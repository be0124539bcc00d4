#include "bridge/mix_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace antiphon {
namespace {

using Json = nlohmann::ordered_json;

/// To a hundredth; and no "-0.0".
double rounded(double value) { return std::round(value * 100) / 100 + 0.0; }

}  // namespace

Json toJson(const synth::Suggestion& suggestion) {
  const synth::Measurement& measured = suggestion.measurement;
  return {{"type", suggestion.type},
          {"priority", synth::nameOf(suggestion.priority)},
          {"message", suggestion.message},
          {"measurement", {{"value", rounded(measured.value)}, {"unit", measured.unit}, {"source", measured.source}}},
          {"action", suggestion.action}};
}

Json toJson(const synth::Advice& advice) {
  Json suggestions = Json::array(), deductions = Json::array();
  for (const synth::Suggestion& suggestion : advice.suggestions) suggestions.push_back(toJson(suggestion));
  for (const synth::Deduction& rule : advice.score.deductions)
    deductions.push_back({{"what", rule.what},
                          {"measured", rounded(rule.measured)},
                          {"unit", rule.unit},
                          {"points", rounded(rule.points)}});
  return {{"suggestions", suggestions},
          {"mix_quality_score", rounded(advice.score.points)},
          {"deductions", deductions},
          {"masking", {{"now", rounded(100 * advice.masking)}, {"after", rounded(100 * advice.relieved)}}},
          {"notes", advice.notes}};
}

Json toJson(const synth::Levelled& levels) {
  Json all = Json::object();
  for (const synth::TrackLevel& track : levels.tracks)
    all[track.name] = {{"gain_db", rounded(track.gain)}, {"pan", rounded(track.pan)}};
  if (levels.masterMoves) all["master"] = {{"gain_db", rounded(levels.master)}, {"pan", 0.0}};
  return all;
}

Json outcomeJson(const synth::Levelled& levels) {
  return {{"loudness", rounded(levels.loudness)},
          {"true_peak", rounded(levels.truePeak)},
          {"ceiling_db", levels.ceiling ? Json(rounded(*levels.ceiling)) : Json(nullptr)},
          {"limited_db", rounded(levels.limited)}};
}

}  // namespace antiphon
