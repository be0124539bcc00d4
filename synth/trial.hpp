// A program's first notes, where nobody hears them: what is not fit to be heard is refused.
#pragma once

#include <string>

#include "synth/program.hpp"

namespace antiphon::synth {

/// The most that one of it may take of a processor.
inline constexpr double kLargestShare = 0.25;

/// Plays it through all that its sliders can be set to, on noise and on silence. Returns what share of a processor one
/// of it takes at 48 kHz; throws PatchError with the reason when it says what is no number, grows without bounds, or is
/// too slow.
double tried(const std::string& name, const Program& program);

}  // namespace antiphon::synth
