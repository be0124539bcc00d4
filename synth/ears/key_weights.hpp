// How much each trait of a key counts (tonality.cpp), as `antiphon bench ears FOLDER ... --learn` finds it.
#pragma once

#include <array>

#include "synth/ears/tonality.hpp"

namespace antiphon::synth {

inline constexpr std::array<float, Tonality::kTraits> kKeyWeights{4.3955f, 2.6014f, 7.3057f, 7.3069f, 5.0549f, 5.4071f,
                                                                  1.3779f, 3.1780f, 1.3210f, 1.0279f, -7.6588f};

}  // namespace antiphon::synth
