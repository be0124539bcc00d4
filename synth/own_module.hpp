// Plays a program that somebody has written, as a module.
#pragma once

#include <memory>

#include "synth/module.hpp"

namespace antiphon::synth {

/// For ModuleType::make; the place's code is an OwnCode.
std::unique_ptr<Module> makeOwnModule(const Place& place);

}  // namespace antiphon::synth
