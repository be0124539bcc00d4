// Power spectra along a sound: frames of 2048 samples under a Hann window, one each 512, the first one's middle on the
// first sample. What lies before the sound and behind it is silence. So librosa cuts it, too.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "synth/ears/fourier.hpp"

namespace antiphon::synth {

class Spectra {
 public:
  static constexpr std::size_t kFrame = 2048, kHop = 512, kBins = kFrame / 2 + 1;

  /// A frame: its samples before the window, those of them that are the sound's own, and the power at each multiple of
  /// rate / 2048.
  struct Frame {
    std::span<const float> samples, own, power;
    std::int64_t number;
  };
  using Listener = std::function<void(const Frame&)>;

  explicit Spectra(Listener listener);

  /// The sound goes on. Calls the listener for each frame that is complete.
  void hear(std::span<const float> sound);
  /// The sound is over: the frames that reach beyond its end.
  void end();
  /// Frames so far; at the end, one more than the sound has whole hops.
  std::int64_t frames() const { return number_; }

 private:
  void listen(const float* samples);

  Listener listener_;
  Fourier fourier_{kFrame};
  std::vector<float> window_, waiting_, power_;
  std::int64_t heard_ = 0, number_ = 0;
};

}  // namespace antiphon::synth
