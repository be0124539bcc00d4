// How much each trait of a key counts (tonality.cpp), as `antiphon bench ears FOLDER --learn` finds them.
#pragma once

#include <array>

#include "synth/ears/tonality.hpp"

namespace antiphon::synth {

inline constexpr std::array<float, Tonality::kTraits> kKeyWeights{4.1f, 1.8f, 4.8f, 5.8f, 4.3f, 10.0f,
                                                                  0.3f, 3.5f, 1.5f, 0.9f, -3.6f};

}  // namespace antiphon::synth
