// An answer for which nobody waits: of a file, or of music that is judged.
#pragma once

#include "model/answerer.hpp"

namespace antiphon {

Phrase answerAtOnce(Answerer& answerer, const Call& call);

}  // namespace antiphon
