// What a picture of a sound is made of: so many columns, however long the sound is. When there are twice as many, every
// two become one.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "synth/ears/tonality.hpp"

namespace antiphon::synth {

struct Portrait {
  static constexpr std::size_t kColumns = 1200, kHeights = 160;  // at least, and half as many again, of the spectrum
  static constexpr double kLowest = 40, kHighest = 16000;        // Hz, the heights' middle ones

  struct Column {
    float least = 0, most = 0;
    std::array<float, kHeights> power{};
    Chroma notes{};
    int frames = 0;
  };
  std::vector<Column> columns{};
  double seconds = 0;
};

class PortraitPainter {
 public:
  explicit PortraitPainter(double rate);

  /// The next frame: what is its own of the sound, its power spectrum, the notes of late.
  void hear(std::span<const float> samples, std::span<const float> power, const Chroma& notes);
  Portrait portrait(double seconds) const;

 private:
  std::vector<Portrait::Column> columns_{1};
  std::array<std::size_t, Portrait::kHeights + 1> edges_{};  // bins
  int perColumn_ = 1;
};

}  // namespace antiphon::synth
