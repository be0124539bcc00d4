// Judges what is about to be played. The echo tries each bar in a few ways and plays the one that it likes best.
#pragma once

#include "model/echo/figure.hpp"
#include "model/echo/form.hpp"

namespace antiphon::echo {

/// What the bar follows.
struct Context {
  const Figure* before = nullptr;  // the bar played before; none at the start
  Role role = Role::statement;
};

/// Faults of a voiced bar, 0 for none: leaps that the player does not make, a repeated tone too many, an unstable
/// downbeat where the ear wants rest, leaving the register, nothing in common with the call; and, worst,
/// saying the call itself or the bar before once more.
int faults(const Figure& figure, const Material& material, const Context& context);

}  // namespace antiphon::echo
