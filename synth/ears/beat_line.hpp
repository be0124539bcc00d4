// Beats along a pulse: as far apart as the pulse says, and where something is struck.
#pragma once

#include <span>
#include <vector>

#include "synth/ears/pulse.hpp"

namespace antiphon::synth {

/// Frames, with a fraction, ascending. `strokes` have a mean square of about one.
std::vector<double> beatsAlong(const Pulse& pulse, std::span<const float> strokes);

}  // namespace antiphon::synth
