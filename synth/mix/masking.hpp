// How much of what the tracks play is covered by the others.
//
// In each moment and each Bark, what the other tracks are felt to be there (spread() of their powers,
// added up), less 6 dB, is the threshold T. A track of power P is covered there by T / (T + P): half when it is just as
// loud as the threshold. The figure is the mean of that over all tracks, moments and Barks, weighted by how loud each
// would be alone (P to the power of 0.23, as Zwicker's specific loudness grows); what lies 40 dB below a track's own
// loudest place does not count, nor does an effect's return, which may be covered. 0: nobody covers anybody; 1: all is
// covered.
#pragma once

#include <vector>

#include "synth/mix/mix_measure.hpp"

namespace antiphon::synth {

class Masking {
 public:
  explicit Masking(const MixMeasure& mix);

  double figure() const { return figureWith(0, nullptr); }
  /// What it would be if this track's Barks were so much louder.
  double figureIf(std::size_t track, const Barks& power) const { return figureWith(track, &power); }
  /// From here on they are.
  void apply(std::size_t track, const Barks& power);

  /// Who covers whom, and where; the share of all that is covered in the mix.
  struct Pair {
    std::size_t covered = 0, covering = 0, band = 0;
    double share = 0;
  };
  /// Those that matter most come first.
  std::vector<Pair> worst(std::size_t most) const;

 private:
  struct Moment {
    Barks power{}, weight{}, felt{};
  };
  double figureWith(std::size_t changed, const Barks* power) const;
  const Moment& at(std::size_t track, std::size_t moment) const { return all_[track * moments_ + moment]; }

  std::size_t tracks_ = 0, moments_ = 0;
  std::vector<Moment> all_{};
};

}  // namespace antiphon::synth
