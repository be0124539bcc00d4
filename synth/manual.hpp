// What there is to patch, in words, all of it from the modules' own declarations.
#pragma once

#include <string>

#include "synth/module.hpp"

namespace antiphon::synth {

/// A line for each module and recipe, by families; one's own last.
std::string listOfModules();
/// One module or recipe with all that it takes and gives. Throws PatchError with the nearest name.
std::string aboutModule(const std::string& name);
/// docs/modules.md: the factory's.
std::string modulesPage();

}  // namespace antiphon::synth
