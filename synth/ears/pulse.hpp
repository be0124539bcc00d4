// How fast the music is, in several opinions. A pulse is a period that may drift along the sound; which of them is the
// one that a foot taps is decided elsewhere (tapping.hpp), when beats have been laid along each.
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

namespace antiphon::synth {

/// Periods in frames, one every kHop frames from the first on.
struct Pulse {
  static constexpr std::size_t kHop = 172;  // two seconds at 44.1 kHz and 512 samples a frame
  std::vector<float> periods{};
  float mean = 0;
  /// The period at a frame.
  float at(double frame) const;
};

/// How alike the sound's strokes are to themselves a while later, all along it.
class Tempogram {
 public:
  /// `strokes`: a number for each frame; `framesPerSecond`: how many of them.
  Tempogram(std::span<const float> strokes, double framesPerSecond, const std::stop_token& stop = {});

  /// Pulses that may be meant, from 36 to 240 a minute: what stands out, with its halves, doubles and thirds.
  std::vector<Pulse> pulses(const std::stop_token& stop = {}) const;
  /// How alike the strokes are to those `times` a pulse's period later, in the mean over the sound: 1 the same.
  float likeness(const Pulse& pulse, float times) const;

 private:
  float likeness(std::size_t window, float lag) const;
  float salience(std::size_t window, float period) const;
  Pulse followed(float period) const;

  double rate_;
  std::size_t lags_ = 0, windows_ = 0;
  std::vector<float> likeness_{};  // windows x lags
};

}  // namespace antiphon::synth
