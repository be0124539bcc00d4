// Holds an answer to the density it should have.
#pragma once

#include <span>

#include "model/tokens/phrase.hpp"

namespace antiphon {

/// The model alone follows the rhythm that it hears, whatever density it is told. So the count of notes is watched:
/// inside a band around what should have been played by then it does as it likes, and places that lead out of the band
/// become ever less likely.
class Pace {
 public:
  /// No band at all.
  Pace() = default;
  /// `target` in notes a quarter; the band is `tolerance` of the notes of the whole answer, of so many quarters.
  Pace(double target, double tolerance, double quarters);

  /// Leans the next head's logits, standing at `pulse` of a bar of so many (before its first place: -1), after `notes`
  /// in `elapsed` pulses of the answer.
  void lean(std::span<float> logits, int pulse, int barPulses, int notes, int elapsed) const;

 private:
  double target_ = 0;
  double room_ = 0;  // notes, to each side
};

/// Notes a quarter in the middle of a density level, 1 .. kDensityLevels.
double densityOfLevel(int level);

}  // namespace antiphon
