// A performance as tokens of the public Aria checkpoints, and back.
//
// Prefixes of the instruments, <S>, then note by note: a note, its onset, its length; a drum and its onset. Onsets
// count from the last <T>; one stands wherever five seconds begin. <E> closes. Where a checkpoint has tokens for the
// sustain pedal, it moves between notes: <PED_ON> or <PED_OFF>, and its onset. Calls are told without.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "model/aria/performance.hpp"

namespace antiphon {

/// Whole, from the first prefix to <E>.
std::vector<int> ariaTokens(const AriaPerformance& performance);
/// Throws MidiFileError.
std::vector<int> ariaTokens(const std::filesystem::path& midi);

/// The notes that are there whole, in the order of the ids; onsets count from the first five seconds' beginning. Drums
/// get velocity 60 and 10 ms. What fits nowhere is passed over, as a model may say anything; an id that is no token
/// throws std::out_of_range.
std::vector<AriaNote> ariaNotes(std::span<const int> ids);

}  // namespace antiphon
