// The plan over all bars of an answer, so that they are a phrase and not a loop.
#pragma once

#include <vector>

#include "model/dice.hpp"

namespace antiphon::echo {

enum class Role {
  statement,     // takes up what was played
  continuation,  // carries it on, a little elsewhere
  departure,     // turns it around: the furthest from the call
  halfClose,     // ends a phrase on an open tone
  home,          // ends the answer on a closed one
};

struct BarPlan {
  Role role = Role::statement;
  int phrase = 0;    // which one it belongs to
  int level = 0;     // steps of the scale above the call
  int loudness = 0;  // added to the call's velocities
};

/// Phrases of four bars (the last one 2 to 5), each with statement, continuation, departure and close; level and
/// loudness rise to a peak at about two thirds, and come back.
std::vector<BarPlan> planForm(int bars, Dice dice);

}  // namespace antiphon::echo
