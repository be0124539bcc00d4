// Opens the Faust plug-in, which lives apart from the program (synth/faust/door.hpp says why).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "synth/faust/door.hpp"

namespace antiphon::synth {

/// The files that are there of those it can be, in order: $ANTIPHON_FAUST; beside the program, or the build's own
/// folder. Throws PatchError, which says what is missing, where there is none.
std::vector<std::filesystem::path> faustPlugins();

/// The plug-in, opened at the first call that finds it, and with it LLVM. Throws PatchError likewise.
const faust_door::Door& faustDoor();

}  // namespace antiphon::synth
