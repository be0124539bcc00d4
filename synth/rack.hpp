// All the modules that the factory has, and how one is found.
#pragma once

#include <string_view>
#include <vector>

#include "synth/module.hpp"

namespace antiphon::synth {

/// In the order in which they are shown.
const std::vector<const ModuleType*>& allModules();
/// The factory's, or one's own. Null: there is none. Throws PatchError when there is one, and it is no good.
const ModuleType* moduleCalled(std::string_view name);

}  // namespace antiphon::synth
