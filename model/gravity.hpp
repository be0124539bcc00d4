// Draws a line towards the tones that its key rests on.
#pragma once

#include <span>

#include "model/key.hpp"

namespace antiphon {

/// The grammar keeps a line inside a scale, which says nothing of its tonic: C major and A minor are the same keys. So
/// on strong beats the tones that a key rests on are made likelier, for a bass tonic and fifth, for a melody the third
/// as well. A bass begins on the tonic, and all come home to it at the end. In between the model does as it likes.
class Gravity {
 public:
  /// None.
  Gravity() = default;
  /// Where a stretch of music is neither the beginning nor the end of all, it is open there.
  struct Ends {
    bool opens = true, closes = true;
  };
  Gravity(Key key, Part part, Ends ends);

  struct Place {
    int bar, bars, pulse, barPulses;
  };
  /// Leans the pitch head's logits, for a note at this place.
  void lean(std::span<float> logits, const Place& place) const;

 private:
  int tonic_ = 0;
  bool bass_ = false;
  Ends ends_{false, false};
  PitchClasses rest_ = 0;  // where it may rest; nothing: no gravity at all
};

}  // namespace antiphon
