// A call that lies in a MIDI file.
#pragma once

#include <string>

#include "scheduler/note.hpp"

namespace antiphon {

struct FileCall {
  Phrase phrase{};
  Tempo tempo{};
};

/// The last bars of a file, at most so many, in its last metre. Throws UsageError, one line, when the file is no MIDI
/// file, has no notes, or ends in a metre that is not spoken.
FileCall readCall(const std::string& path, int mostBars);

}  // namespace antiphon
