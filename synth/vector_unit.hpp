// The vectors in which modules reckon on this processor.
#pragma once

#include <string>

namespace antiphon::synth {

/// "AVX2", "SSSE3", "NEON" ...
std::string vectorUnit();
/// Modules made from now on use vectors of 128 bits at most, as an old processor has them: to see what they cost there.
void withoutWideVectors();

}  // namespace antiphon::synth
