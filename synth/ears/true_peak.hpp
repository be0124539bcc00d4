// The highest that a sound gets between its samples, where a converter or an MP3 encoder finds it (ITU-R BS.1770-4,
// annex 2): at four times the rate, at twice the rate from 96 kHz on.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "synth/signal.hpp"

namespace antiphon::synth {

class TruePeak {
 public:
  TruePeak(SampleRate rate, int channels);

  /// The next frames, channels side by side.
  void hear(std::span<const float> frames);
  /// The sound is over: what lies between its last samples.
  void end();
  /// As a share of full scale.
  float highest() const { return highest_; }
  float highestSample() const { return highestSample_; }

 private:
  static constexpr std::size_t kReach = 12;  // samples on each side
  static constexpr std::size_t kAtOnce = 64;
  void measure(std::vector<float>& waiting);

  std::size_t channels_;
  std::vector<std::vector<float>> between_{};  // the weights for each place between two samples
  std::vector<std::vector<float>> waiting_;    // of each channel
  float most_ = 1;                             // times the samples around can be what lies between them
  float highest_ = 0, highestSample_ = 0;
};

}  // namespace antiphon::synth
