// Patterns that nobody has to write: all of them come out as text, to be read, kept and changed by hand.
#pragma once

#include <cstdint>
#include <string>

#include "synth/studio/notation.hpp"

namespace antiphon::synth {

inline constexpr int kMostSteps = 256;

/// So many hits, as evenly as they go into so many steps, beginning `turn` steps later. 0 <= hits <= steps.
std::string evenly(int hits, int steps, int turn = 0);

/// Each step is struck with this probability, as hard as it happens; never nothing at all, unless density is 0.
std::string byChance(double density, int steps, std::uint64_t seed);

/// About this part of it changed (0 .. 1): steps come, go, or are struck harder or softer; notes change places and
/// rest, but their lengths stay.
Written varied(const Written& written, double amount, std::uint64_t seed);

/// A bar of it that leads to the next: towards its end it is struck more and more often, and harder. Steps only.
std::string leadingOn(const Written& written, Tick bar, double amount, std::uint64_t seed);

enum class Way : std::uint8_t { up, down, updown, chance };
/// Each chord, or each note, broken up in steps over so many octaves.
Written brokenUp(const Written& written, Way way, Tick step, int octaves, std::uint64_t seed);

}  // namespace antiphon::synth
