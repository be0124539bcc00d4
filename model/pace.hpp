// Holds an answer to the density it should have.
#pragma once

#include <span>

#include "model/tokens/phrase.hpp"

namespace antiphon {

/// The model alone follows the rhythm that it hears, whatever density it is told. So each choice of where to go next is
/// leaned towards nearer or farther places, the more the answer has fallen behind or run ahead.
class Pace {
 public:
  /// No lean at all.
  Pace() = default;
  /// `target` in notes a quarter; `firmness` 0 leaves the model alone.
  Pace(double target, double firmness) : target_{target}, firmness_{firmness} {}

  /// Leans the next head's logits, standing at `pulse` of a bar of so many (before its first place: -1), after `notes` in `elapsed` pulses.
  void lean(std::span<float> logits, int pulse, int barPulses, int notes, int elapsed) const;

 private:
  double target_ = 0;
  double firmness_ = 0;
};

/// Notes a quarter in the middle of a density level, 1 .. kDensityLevels.
double densityOfLevel(int level);

}  // namespace antiphon
