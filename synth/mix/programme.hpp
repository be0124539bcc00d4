// How loud a stem or a mix is as a whole, in numbers that can be reckoned with: silence has one too.
#pragma once

#include <span>
#include <vector>

#include "synth/ears/programme_loudness.hpp"
#include "synth/ears/true_peak.hpp"

namespace antiphon::synth {

class Programme {
 public:
  /// No quieter than this is anything told to be, in LUFS or decibels.
  static constexpr double kSilent = -120;

  explicit Programme(SampleRate rate) : loudness_{rate, 2}, peak_{rate, 2} {}

  void hear(std::span<const float> left, std::span<const float> right);
  /// The whole, gated, in LUFS.
  double loudness() const;
  /// The loudest 400 ms, in LUFS.
  double momentary() const;
  /// dBTP.
  double truePeak() const;

 private:
  ProgrammeLoudness loudness_;
  TruePeak peak_;
  std::vector<float> both_{};
};

}  // namespace antiphon::synth
