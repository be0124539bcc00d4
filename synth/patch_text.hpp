// A patch as the commands that make it, a line each: what is saved, and can be read, compared and edited.
#pragma once

#include <string>
#include <vector>

#include "synth/patch.hpp"

namespace antiphon::synth {

/// Followed from an empty patch on, these make one that sounds the same to the last bit. Throws PatchError when an
/// instrument's recipe is not there any more.
std::vector<std::string> linesOf(const Patch& patch);
/// What makes one of another that differs in little.
std::vector<std::string> linesBetween(const Patch& from, const Patch& to);

/// As short as can be, and read as the same number.
std::string writtenNumber(double value);
/// Likewise; a choice by its name.
std::string writtenValue(const Inlet& inlet, double value);

}  // namespace antiphon::synth
