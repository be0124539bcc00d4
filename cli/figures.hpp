// The figures of a benchmark, a line each.
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace antiphon {

/// Those of a part stand behind its name.
inline void printFigures(const nlohmann::ordered_json& figures) {
  const auto print = [](const std::string& name, const nlohmann::ordered_json& value) {
    std::printf("%-36s %s\n", name.c_str(), value.dump().c_str());
  };
  for (const auto& [name, value] : figures.items()) {
    if (!value.is_object()) print(name, value);
    else
      for (const auto& [part, number] : value.items()) print(name + ": " + part, number);
  }
}

}  // namespace antiphon
