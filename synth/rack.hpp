// All the modules there are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "synth/module.hpp"

namespace antiphon::synth {

/// In the order in which they are shown.
const std::vector<const ModuleType*>& allModules();
/// Null: there is none.
const ModuleType* moduleCalled(std::string_view name);

/// Of these names the one that was most likely meant; empty when none is near.
std::string nearestName(std::string_view meant, const std::vector<std::string_view>& names);

}  // namespace antiphon::synth
