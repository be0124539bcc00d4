// How much each trait of a key counts (tonality.cpp), as `antiphon bench ears FOLDER ... --learn` finds it.
#pragma once

#include <array>

#include "synth/ears/tonality.hpp"

namespace antiphon::synth {

inline constexpr std::array<float, Tonality::kTraits> kKeyWeights{4.6721f, 1.4537f, 7.6685f, 5.2658f, 3.9566f, 6.2001f,
                                                                  0.0366f, 2.0493f, 0.6899f, 0.8238f, -4.4665f};

}  // namespace antiphon::synth
