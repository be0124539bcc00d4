// Two bars that the model is asked to go on from.
#pragma once

#include "model/dice.hpp"
#include "model/key.hpp"
#include "model/tokens/phrase.hpp"

namespace antiphon {

inline constexpr int kMotifBars = 2;

/// Where a generated line stays: a bass between E1 and C4, a melody between C4 and C6.
struct Compass {
  int low = 0, high = 127;
};
Compass compassOf(Part part);

/// The model answers calls, so somebody has to call: two bars of 4/4 in the key, made up by rule from dice, the second
/// much like the first. They are not part of what is generated. A beat has its backbeat, a bass its tonic on the first
/// beat, a melody a rhythm that comes again; all else is chance.
GridPhrase motif(Part part, Key key, Dice dice);

}  // namespace antiphon
