// Where the program's plug-ins lie: what few need, and what brings many libraries along, is opened when it is asked
// for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace antiphon {

/// Where to look for a plug-in's file, in this order. If the environment's variable names one: that one and no other.
std::vector<std::filesystem::path> pluginPlaces(const std::string& file, const char* variable);

}  // namespace antiphon
