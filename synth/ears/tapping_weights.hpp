// How much each trait of a tapping counts (tapping.cpp), as `antiphon bench ears FOLDER ... --learn` finds it: each by
// itself, and bends, which are traits taken together.
#pragma once

#include <array>
#include <cstddef>

#include "synth/ears/tapping.hpp"

namespace antiphon::synth {

inline constexpr std::size_t kBends = 8;

struct TraitBend {
  std::array<float, kTraits> weights;
  float offset, share;
};

inline constexpr std::array<float, kTraits> kPlainWeights{
    0.2549f,  -1.1980f, -0.1960f, -0.6058f, -4.1583f, -1.3421f, 0.3423f,  0.0094f,  0.5166f,  0.3889f,
    0.5531f,  -0.4261f, -0.1467f, -0.6756f, 0.0482f,  -1.0178f, -0.2139f, -0.1548f, -0.2825f, -0.2681f,
    0.0402f,  -0.0515f, 0.0491f,  -0.2059f, 0.0923f,  -1.2018f, -0.0071f, -0.0338f, 0.0515f,  0.2219f,
    -0.1964f, -0.0279f, 0.0638f,  0.1118f,  0.1531f,  -0.8854f, 0.0736f,  -0.0282f, 0.0348f,  1.0758f,
    1.6017f,  -0.9637f, 0.7771f,  0.8811f,  0.0227f,  -0.8177f, -0.4739f, -0.1879f, 1.9285f,  -0.5894f,
    0.1949f,  0.7236f,  -0.7545f, -1.6328f, 2.7596f,  -1.0957f, 1.2386f,  2.0565f,  4.4735f};
inline constexpr std::array<TraitBend, kBends> kTraitBends{};

}  // namespace antiphon::synth
