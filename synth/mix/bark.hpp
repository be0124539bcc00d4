// The Bark scale: sound in the 24 bands that an ear tells apart (Zwicker's critical bands), and how far a loud band
// covers its neighbours.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "synth/signal.hpp"

namespace antiphon::synth {

inline constexpr std::size_t kBarks = 24;
/// Powers of the bands; a sine of full scale is 0.5.
using Barks = std::array<float, kBarks>;

/// From 20 Hz to 15.5 kHz: band i lies between the edges i and i + 1.
inline constexpr std::array<double, kBarks + 1> kBarkEdges{20,   100,  200,  300,  400,  510,   630,  770,  920,
                                                           1080, 1270, 1480, 1720, 2000, 2320,  2700, 3150, 3700,
                                                           4400, 5300, 6400, 7700, 9500, 12000, 15500};

/// Where a band is said to be, in hertz.
double middleOf(std::size_t band);
/// The band that this frequency lies in, the nearest where it lies in none.
std::size_t barkAt(double hertz);
/// The power of all bands between two frequencies, each by how much of it lies there.
double powerBetween(const Barks& barks, double from, double until);

/// How strongly a power in one band is felt in others (Schroeder's function, in power). In both directions it falls:
/// steeply, 25 dB a Bark, to lower bands; gently, 10 dB a Bark, to higher ones.
Barks spread(const Barks& power);

/// Adds up a spectrum in bands.
class BarkFilter {
 public:
  /// Of spectra of `frame` samples under a Hann window, as FFTW gives them: not divided by anything.
  BarkFilter(SampleRate rate, std::size_t frame);
  void add(std::span<const float> power, Barks& to) const;

 private:
  std::vector<std::size_t> edges_;  // the first bin of each band, and the one behind the last
  float scale_;
};

}  // namespace antiphon::synth
