// Where a program is compiled and played for the first time: in a process of its own, since a compiler can be brought
// down by what it reads, and would take the music with it.
#pragma once

#include <string>

namespace antiphon::synth {

struct Rehearsed {
  double milliseconds = 0;  // in which it was compiled
  double share = 0;         // of a processor, that one of it takes
  std::string code{};       // for Program::loaded
};

/// Compiles and tries it. Throws PatchError with the reason when it is refused, when it takes too long, and when it
/// brings the process down.
Rehearsed rehearsed(const std::string& name, const std::string& source, const std::string& folder);

/// What the process does, and returns: it reads the source and answers with what has become of it, or with
/// the reason.
int rehearse(const std::string& name, const std::string& folder);

}  // namespace antiphon::synth
