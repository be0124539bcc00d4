#include "bridge/analysis_json.hpp"

#include <cmath>
#include <optional>
#include <string>

namespace antiphon {
namespace {

using Json = nlohmann::ordered_json;

/// No more digits than mean something.
double rounded(double value, int places) {
  const double scale = std::pow(10, places);
  return std::round(value * scale) / scale;
}

Json level(const std::optional<double>& decibels) { return decibels ? Json(rounded(*decibels, 2)) : Json(nullptr); }
Json word(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

Json toJson(const synth::Analysis& analysis) {
  Json times = Json::array(), balance = Json::object();
  for (const double beat : analysis.beatTimes) times.push_back(rounded(beat, 3));
  for (std::size_t b = 0; b < synth::kBands.size(); ++b)
    balance[synth::kBands[b].name] = rounded(analysis.balance[b], 2);
  return {{"tempo", rounded(analysis.tempo, 2)},
          {"beats", analysis.beatTimes.size()},
          {"beat_times", times},
          {"key", word(analysis.key)},
          {"mode", word(analysis.mode)},
          {"key_confidence", rounded(analysis.keyConfidence, 3)},
          {"duration", analysis.duration},
          {"spectral_centroid_mean", analysis.spectralCentroidMean},
          {"spectral_rolloff_mean", analysis.spectralRolloffMean},
          {"rms_mean", analysis.rmsMean},
          {"zero_crossing_rate_mean", analysis.zeroCrossingRateMean},
          {"lufs_integrated", level(analysis.loudness.integrated)},
          {"lufs_short_term_max", level(analysis.loudness.shortTermMost)},
          {"lufs_momentary_max", level(analysis.loudness.momentaryMost)},
          {"loudness_range", rounded(analysis.loudness.range, 2)},
          {"true_peak", level(analysis.truePeak)},
          {"sample_peak", level(analysis.samplePeak)},
          {"crest_factor", level(analysis.crestFactor)},
          {"stereo_width", rounded(analysis.stereoWidth, 3)},
          {"stereo_correlation", rounded(analysis.stereoCorrelation, 3)},
          {"spectral_balance", balance},
          {"onset_rate", rounded(analysis.onsetRate, 2)},
          {"tempo_confidence", rounded(analysis.tempoConfidence, 3)},
          {"tuning_cents", rounded(analysis.tuningCents, 1)},
          {"sample_rate", analysis.sampleRate},
          {"channels", analysis.channels},
          {"no_numbers", analysis.noNumbers}};
}

}  // namespace antiphon
