// How much each trait of a tapping counts (tapping.hpp).
#pragma once

#include <array>

#include "synth/ears/tapping.hpp"

namespace antiphon::synth {

inline constexpr std::array<float, kTraits> kTraitWeights{};

}  // namespace antiphon::synth
