// An answer for which nobody waits: of a file, or of music that is judged.
#pragma once

#include <stop_token>

#include "model/answerer.hpp"

namespace antiphon {

/// `stop`: nobody waits any more, and what is there by then is enough.
Phrase answerAtOnce(Answerer& answerer, const Call& call, std::stop_token stop = {});

}  // namespace antiphon
