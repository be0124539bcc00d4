// Where a program is compiled and played for the first time: in a process of its own, since a compiler can be brought
// down by what it reads, and would take the music with it.
#pragma once

#include <string>

namespace antiphon::synth {

/// Compiles and tries it. Returns what share of a processor one of it takes; throws PatchError with the reason when it
/// is refused, when it takes too long, and when it brings the process down.
double rehearsed(const std::string& name, const std::string& source, const std::string& folder);

/// What the process does, and returns: it reads the source and answers with the share, or with the reason.
int rehearse(const std::string& name, const std::string& folder);

}  // namespace antiphon::synth
