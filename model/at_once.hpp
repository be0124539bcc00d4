// An answer for which nobody waits: of a file, or of music that is judged.
#pragma once

#include <vector>

#include "model/answerer.hpp"

namespace antiphon {

/// All its notes, in order of onset.
std::vector<Note> answerAtOnce(Answerer& answerer, const Call& call);

}  // namespace antiphon
