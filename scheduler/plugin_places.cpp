#include "scheduler/plugin_places.hpp"

#include <cstdlib>

namespace antiphon {

std::vector<std::filesystem::path> pluginPlaces(const std::string& file, const char* variable) {
  if (const char* named = std::getenv(variable)) return {named};
  std::error_code none;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", none);
  if (program.empty()) return {};
  const auto folder = program.parent_path(), above = folder.parent_path();
  return {folder / file, above / file /* the tests live one folder down */, above / "lib" / "antiphon" / file};
}

}  // namespace antiphon
