// EARS: an analysis as programs read it.
#include "bridge/analysis_json.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace antiphon {

SCENARIO("EARS-14 an analysis has the keys that programs ask for") {
  synth::Analysis found;
  found.tempo = 120.004;
  found.beatTimes = {0.5, 1.0, 1.5000004};
  found.key = "F#";
  found.mode = "minor";
  found.duration = 2;
  found.loudness.integrated = -14.126;
  const auto json = toJson(found);
  for (const char* const key : {"tempo",
                                "beats",
                                "beat_times",
                                "key",
                                "mode",
                                "key_confidence",
                                "duration",
                                "spectral_centroid_mean",
                                "spectral_rolloff_mean",
                                "rms_mean",
                                "zero_crossing_rate_mean",
                                "lufs_integrated",
                                "lufs_short_term_max",
                                "lufs_momentary_max",
                                "loudness_range",
                                "true_peak",
                                "crest_factor",
                                "stereo_width",
                                "spectral_balance",
                                "onset_rate"}) {
    CAPTURE(key);
    CHECK(json.contains(key));
  }
  CHECK(json["tempo"] == 120.0);
  CHECK(json["beats"] == 3);
  CHECK(json["beat_times"] == std::vector<double>{0.5, 1.0, 1.5});
  CHECK(json["key"] == "F#");
  CHECK(json["lufs_integrated"] == -14.13);
  CHECK(json["spectral_balance"].size() == 7);
}

SCENARIO("EARS-14 what there is not is null") {
  const auto json = toJson(synth::Analysis{});
  for (const char* const key : {"key", "mode", "lufs_integrated", "true_peak", "crest_factor"})
    CHECK(json[key].is_null());
  CHECK(json["tempo"] == 0);
  CHECK(json["beat_times"].empty());
  CHECK(json["beat_times"].is_array());
}

}  // namespace antiphon
