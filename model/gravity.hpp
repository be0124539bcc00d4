// Draws a line towards the tones that its key rests on.
#pragma once

#include <span>

#include "model/key.hpp"

namespace antiphon {

/// The grammar keeps a line inside a scale, which says nothing of its tonic: C major and A minor are the same keys. So
/// on strong beats the tones that a key rests on are made likelier, for a bass tonic and fifth, for a melody the third
/// as well; and the more so the nearer the end is, where the tonic itself is asked for. In between the model does as
/// it likes.
class Gravity {
 public:
  /// None.
  Gravity() = default;
  /// What `closes` comes home in its last bar; else it stays open there, since something follows.
  Gravity(Key key, Part part, bool closes);

  /// Leans the pitch head's logits, for a note at `pulse` of a bar of so many, which is the last one or not.
  void lean(std::span<float> logits, int pulse, int barPulses, bool lastBar) const;

 private:
  int tonic_ = 0;
  bool closes_ = false;
  PitchClasses rest_ = 0;  // where it may rest; nothing: no gravity at all
};

}  // namespace antiphon
