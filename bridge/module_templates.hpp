// What a module of one's own begins with: programs that sound, and say how they are made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace antiphon {

/// effect, oscillator, filter, drum, instrument
const std::vector<std::string>& templateKinds();
/// The source of a module of this name. The kind is one of those.
std::string templateOf(std::string_view kind, const std::string& name);

}  // namespace antiphon
