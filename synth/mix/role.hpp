// What a track plays in a piece, by its name and by what was measured of it; and how loud that usually is beside the
// others.
#pragma once

#include <string>
#include <string_view>

#include "synth/mix/track_meter.hpp"

namespace antiphon::synth {

enum class Role : std::uint8_t { kick, snare, hat, percussion, drums, bass, voice, lead, chords, pad, effect };

std::string_view nameOf(Role role);
/// The name tells, if it says what sounds; else the sound itself. A bus is an effect.
Role roleOf(std::string_view name, const TrackMeasure& measure, bool bus);
/// Whether it is struck: its loudness is that of its strokes.
bool isStruck(Role role);
/// Whether it belongs in the middle: it carries the low end.
bool isLow(Role role);

/// By how many decibels a track is louder than who plays this usually is. It means something beside the same of the
/// others only.
double louderThanUsual(Role role, const TrackMeasure& measure);

}  // namespace antiphon::synth
