// The figures of a benchmark, a line each.
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace antiphon {

/// Those of a part stand behind its name.
inline void printFigures(const nlohmann::ordered_json& figures, const std::string& before = {}) {
  for (const auto& [name, value] : figures.items()) {
    if (value.is_object()) printFigures(value, before + name + ": ");
    else std::printf("%-48s %s\n", (before + name).c_str(), value.dump().c_str());
  }
}

}  // namespace antiphon
