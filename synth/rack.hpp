// All the modules there are.
#pragma once

#include <string_view>
#include <vector>

#include "synth/module.hpp"

namespace antiphon::synth {

/// In the order in which they are shown.
const std::vector<const ModuleType*>& allModules();
/// Null: there is none.
const ModuleType* moduleCalled(std::string_view name);

}  // namespace antiphon::synth
