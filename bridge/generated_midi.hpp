// What was generated, as a Standard MIDI File.
#pragma once

#include <cstdint>
#include <vector>

#include "model/generation/generate.hpp"

namespace antiphon {

/// Format 1, 480 to the quarter: metre and tempo, then the part with its program of General MIDI. It is exactly as long
/// as its bars.
std::vector<std::uint8_t> midiOf(const Generated& generated);

}  // namespace antiphon
