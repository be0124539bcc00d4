// Numbers as musicians write them: 500hz, 1.2k, 20ms, -6db, 7st, 50%, c#3.
#pragma once

#include <optional>
#include <string_view>

#include "synth/module.hpp"

namespace antiphon::synth {

/// MIDI's number of a note's name: c4 is 60, a4 69; c#3, eb2, b-1. Nothing when it is none.
std::optional<double> keyCalled(std::string_view name);

/// What this text says to an inlet, in the inlet's own unit; a note's name stands for its frequency where that is asked
/// for, and for semitones above A4 elsewhere. Nothing when it says nothing to it. Whether the inlet goes so far is not
/// judged here.
std::optional<double> quantityFor(const Inlet& inlet, std::string_view text);

/// Seconds: 0.5, 0.5s, 20ms.
std::optional<double> secondsIn(std::string_view text);

}  // namespace antiphon::synth
