// What a machine does with whole blocks of numbers: adds up what cables bring, holds it within bounds, and finds what
// is no number.
#pragma once

#include <cstddef>
#include <cstdint>

#include "synth/signal.hpp"

namespace antiphon::synth {

/// One number for each row, in all its lanes, for each group.
void pour(const float* numbers, int rows, float* to, int groups);
/// One group's rows, each so many times, are added.
void addGroup(const Heard& from, int group, const float* amounts, int rows, float* to);
enum class Onto : std::uint8_t { whatIsThere, nothing };
/// All voices of all groups become one number in each row, which is added for both ears, or stands there alone.
void addVoices(const Heard& from, const float* amounts, int rows, float* to, Onto onto = Onto::whatIsThere);
/// So many rows of eight.
void holdWithin(float least, float most, float* rows, int count);
bool isFinite(const float* rows, int count);

}  // namespace antiphon::synth
