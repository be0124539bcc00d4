// The colour of a sound: where its middle lies, how bright it is, how its power is spread over the bands. The first
// four are what librosa gives by its defaults, so that figures can be compared.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "synth/ears/spectra.hpp"

namespace antiphon::synth {

struct Band {
  const char* name;
  double from, to;  // Hz
};
inline constexpr std::array<Band, 7> kBands{{{"sub", 20, 60},
                                             {"bass", 60, 250},
                                             {"low_mid", 250, 500},
                                             {"mid", 500, 2000},
                                             {"high_mid", 2000, 4000},
                                             {"presence", 4000, 6000},
                                             {"brilliance", 6000, 20000}}};

class Colour {
 public:
  explicit Colour(double rate);

  void hear(const Spectra::Frame& frame);

  // Means over the frames.
  double centroid() const { return mean(centroids_); }          // Hz
  double rolloff() const { return mean(rolloffs_); }            // Hz: below it lie 85 % of the magnitude
  double rms() const { return mean(rms_); }                     // of full scale
  double zeroCrossingRate() const { return mean(crossings_); }  // a sample
  /// Of the power from 20 Hz to 20 kHz, each band's share in dB; the least -120.
  std::array<double, kBands.size()> balance() const;

 private:
  double mean(double sum) const { return frames_ == 0 ? 0 : sum / static_cast<double>(frames_); }

  double apart_;
  std::array<std::size_t, kBands.size() + 1> edges_{};
  std::vector<float> magnitudes_;
  std::int64_t frames_ = 0;
  double centroids_ = 0, rolloffs_ = 0, rms_ = 0, crossings_ = 0;
  std::array<double, kBands.size()> powers_{};
};

}  // namespace antiphon::synth
