// An analysis to look at: the waveform with its beats, the spectrum along time, the notes along time.
#pragma once

#include <filesystem>

#include "synth/ears/analysis.hpp"

namespace antiphon::synth {

/// Into a PNG file; the analysis must have its portrait. Throws SoundFileError.
void drawPicture(const Analysis& analysis, const std::filesystem::path& png);

}  // namespace antiphon::synth
