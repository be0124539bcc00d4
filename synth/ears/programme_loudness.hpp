// How loud a whole piece is, as EBU R 128 measures it: integrated loudness with its two gates (ITU-R BS.1770-4), the
// loudest 0.4 and 3 seconds (EBU Tech 3341), the loudness range (EBU Tech 3342).
//
// libebur128 measures the same; it is the judge in the tests. Here it would have been the slowest part of hearing by
// far: 44.1 kHz stereo takes it a 270th of the time it sounds, and a 140th with the true peak; this a 3000th, and a
// 700th with the true peak at its dearest.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "synth/k_weighting.hpp"
#include "synth/signal.hpp"

namespace antiphon::synth {

/// In LUFS; none: silence. The range in LU.
struct Loudness {
  std::optional<double> integrated{}, momentaryMost{}, shortTermMost{};
  double range = 0;
};

class ProgrammeLoudness {
 public:
  ProgrammeLoudness(SampleRate rate, int channels);

  /// The next frames, channels side by side. Of four to six channels those behind count half as much again, a low one
  /// not at all, as the standard has it for surround sound; of other numbers all are alike.
  void hear(std::span<const float> frames);
  Loudness loudness() const;

 private:
  static constexpr std::size_t kMomentary = 40, kShortTerm = 300;  // hundredths of a second
  void endHundredth();

  std::size_t channels_;
  std::vector<KWeighting> weighting_;
  std::vector<double> share_{};                  // by how much each channel counts
  double perHundredth_;                          // frames
  double begun_ = 0, sum_ = 0;                   // of this hundredth of a second
  std::array<double, kShortTerm> hundredths_{};  // the weighted power of the last ones, in a ring
  std::size_t heard_ = 0;
  double momentaryMost_ = 0, shortTermMost_ = 0;
  std::vector<double> tenths_{};  // the same of each tenth of a second
};

}  // namespace antiphon::synth
