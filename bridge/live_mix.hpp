// The studio's own mix, as it sounds: heard, judged, levelled.
#pragma once

#include "synth/desk.hpp"
#include "synth/mix/report.hpp"

namespace antiphon {

/// Moves the faders there, and puts a limiter behind the master where one is needed: one edit of the patch. What has
/// gone from the desk meanwhile is left out. Throws synth::PatchError. Whether anything moved.
bool apply(synth::Desk& desk, const synth::Levelled& levels);

/// "-16.0 LUFS, -1.3 dBTP; kick -2.1 dB, bass 0.4 dB ..."
std::string told(const synth::Levelled& levels);
/// The score, then a line for each suggestion.
std::string told(const synth::MixReport& report);

}  // namespace antiphon
