// How far two agree about the beats of the same music.
#pragma once

#include <span>

namespace antiphon::synth {

/// Within 4 %.
bool sameTempo(double one, double other);
/// Or twice, three times, half, a third of it.
bool sameOctave(double one, double other);
/// The F measure of beats, within 70 ms; all beats count, from the first to the last.
double beatsAgree(std::span<const double> one, std::span<const double> other);
/// From here on beats are called right.
inline constexpr double kRightBeats = 0.85;

}  // namespace antiphon::synth
