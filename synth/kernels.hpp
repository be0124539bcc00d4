// What lies between the frames of a recording: windowed sincs, each a semitone wider than the last, so that a recording
// that is played faster loses in time what would fold back.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace antiphon::synth {

inline constexpr std::size_t kKernelRows = 128;  // between a frame and the next; what lies between rows is on a line
inline constexpr int kKernels = 13;              // from no semitone faster to an octave
inline constexpr std::size_t kMostReach = 64;    // frames to each side

class Kernels {
 public:
  Kernels();

  struct Kernel {
    std::size_t taps = 0;  // a multiple of 16; half of them reach back
    std::size_t begin = 0;

    std::size_t row(std::size_t index) const { return begin + index * taps; }
  };
  const Kernel& kernel(int semitones) const { return kernels_[static_cast<std::size_t>(semitones)]; }
  const float* weights() const { return weights_.data(); }

 private:
  std::array<Kernel, kKernels> kernels_{};
  std::vector<float> weights_{};
};
/// Made when they are first asked for. Realtime: no.
const Kernels& kernels();

}  // namespace antiphon::synth
