// Opens the Faust plug-in, which lives apart from the program (synth/faust/door.hpp says why).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "synth/faust/door.hpp"

namespace antiphon::synth {

/// Where the plug-in is looked for, in order: $ANTIPHON_FAUST, beside the program, the build's own folder.
std::vector<std::filesystem::path> faustPluginPaths();

/// The plug-in, opened at the first call that finds it. Throws PatchError, which says what is missing.
const faust_door::Door& faustDoor();

}  // namespace antiphon::synth
