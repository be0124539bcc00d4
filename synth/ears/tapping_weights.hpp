// How much each trait of a tapping counts (tapping.cpp), as `antiphon bench ears FOLDER ... --learn` finds it.
#pragma once

#include <array>

#include "synth/ears/tapping.hpp"

namespace antiphon::synth {

inline constexpr std::array<float, kTraits> kTraitWeights{
    0.1922f,  -1.0725f, -0.1465f, -0.3990f, -2.8077f, -1.1124f, 0.2406f,  0.0629f,  0.3642f,  0.2460f,
    0.5394f,  -0.2758f, -0.1697f, -0.4162f, -0.0628f, -0.6904f, -0.1713f, -0.1501f, -0.1949f, -0.1711f,
    -0.1311f, -0.0779f, -0.0195f, -0.1659f, -0.0068f, -0.7911f, 0.0070f,  0.0118f,  0.0014f,  0.0791f,
    -0.1604f, 0.0334f,  0.0157f,  0.0244f,  0.1629f,  -0.6080f, 0.0610f,  0.0062f,  0.0538f,  0.0618f,
    1.3439f,  -0.5390f, 0.3216f,  0.5895f,  0.0517f,  -0.0918f, 0.1914f,  0.0226f,  0.9826f,  -0.1660f,
    -0.0905f, 0.2957f,  -0.5233f, -0.9622f, 1.9149f,  -0.6134f, 1.0704f,  1.4040f,  2.9420f};

}  // namespace antiphon::synth
