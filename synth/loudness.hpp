// How loud something is: the highest sample, the mean level, and loudness as ITU-R BS.1770 hears it.
#pragma once

#include <array>
#include <atomic>

#include "synth/k_weighting.hpp"
#include "synth/signal.hpp"

namespace antiphon::synth {

/// Decibels; loudness in LUFS. The highest sample and the loudness of three seconds, top and mean level of three
/// tenths. kNothing: silence.
struct Levels {
  static constexpr double kNothing = -120;
  double peak = kNothing, top = kNothing, rms = kNothing, loudness = kNothing;
};

/// Listens in tenths of a second. One thread listens, any asks.
class LoudnessMeter {
 public:
  explicit LoudnessMeter(SampleRate rate);

  /// The next frames: left and right, each so many floats after the one before. Realtime: yes.
  void hear(const float* left, const float* right, std::size_t step, int frames);
  Levels levels() const;

 private:
  static constexpr std::size_t kTenths = 30;
  struct Tenth {
    double peak = 0, power = 0, weighted = 0;  // the powers are sums over frames and sides
  };
  void publish();

  int perTenth_;
  std::array<KWeighting, 2> weighting_;
  std::array<Tenth, kTenths> tenths_{};
  std::size_t at_ = 0;
  int frames_ = 0;  // in this tenth
  std::atomic<float> peak_{0}, top_{0}, power_{0}, weighted_{0};
};

}  // namespace antiphon::synth
