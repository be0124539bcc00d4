// What is in a recording: tempo, beats and key, colour, loudness, width. The file is read once from its beginning to
// its end; what is kept of it grows by about 10 MB for an hour while it is heard, and by as much again while the beats
// are sought.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "synth/ears/colour.hpp"
#include "synth/ears/portrait.hpp"
#include "synth/ears/programme_loudness.hpp"

namespace antiphon::synth {

struct Analysis {
  // The file
  double duration = 0;  // s
  double sampleRate = 0;
  int channels = 0;
  std::int64_t noNumbers = 0;  // samples that were none, taken as silence

  // Time
  double tempo = 0;  // beats a minute; 0: there is no beat
  double tempoConfidence = 0;
  std::vector<double> beatTimes{};  // s
  double onsetRate = 0;             // strokes a second

  // Key; empty: nothing has a pitch
  std::string key{}, mode{};  // C, C# ... B; major, minor
  double keyConfidence = 0;
  double tuningCents = 0;  // from A = 440 Hz

  // Colour, mono at 44.1 kHz, as librosa defines it
  double spectralCentroidMean = 0, spectralRolloffMean = 0;  // Hz
  double rmsMean = 0, zeroCrossingRateMean = 0;
  std::array<double, kBands.size()> balance{};  // dB, of kBands

  // Loudness
  Loudness loudness{};
  std::optional<double> truePeak{}, samplePeak{};  // dBTP, dBFS; none: silence
  std::optional<double> crestFactor{};             // dB from the mean level to the highest sample

  // Width, of the first two channels: the sides' share of the power, 0 mono, 0.5 two that have nothing to do with each
  // other, 1 one against the other; and how alike left and right are, -1 .. 1
  double stereoWidth = 0, stereoCorrelation = 1;

  std::optional<Portrait> portrait{};
};

struct AnalysisWish {
  std::function<void(double)> progress{};  // 0 .. 1, now and then
  std::stop_token stop{};
  bool portrait = false;  // also what a picture is made of
};

struct AnalysisStopped : std::runtime_error {
  AnalysisStopped() : std::runtime_error{"the analysis was stopped"} {}
};

/// Any number of threads may ask. Throws SoundFileError, or AnalysisStopped.
Analysis analyse(const std::filesystem::path& file, const AnalysisWish& wish = {});

}  // namespace antiphon::synth
