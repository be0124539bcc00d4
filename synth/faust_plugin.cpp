#include "synth/faust_plugin.hpp"

#include <dlfcn.h>

#include <cstdlib>

#include "synth/patch.hpp"

namespace antiphon::synth {
namespace {

constexpr const char* kFileName = "antiphon_faust.so";

/// Null, and why.
const faust_door::Door* openFirst(std::string& why) {
  why = "this build has none: install the packages faust and libfaust2, and build again";
  for (const auto& path : faustPluginPaths()) {
    std::error_code none;
    if (!std::filesystem::exists(path, none)) continue;
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      why = dlerror();
      continue;
    }
    void* const symbol = dlsym(library, faust_door::kSymbol);
    const auto* const door = symbol == nullptr ? nullptr : reinterpret_cast<faust_door::DoorFunction>(symbol)();
    if (door != nullptr && door->version == faust_door::kVersion) return door;
    why = path.string() + " is of another version of Antiphon";
  }
  return nullptr;
}

}  // namespace

std::vector<std::filesystem::path> faustPluginPaths() {
  std::vector<std::filesystem::path> paths;
  // Named: that one and no other.
  if (const char* named = std::getenv("ANTIPHON_FAUST")) return {named};
  std::error_code none;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", none);
  if (!program.empty()) {
    paths.push_back(program.parent_path() / kFileName);
    paths.push_back(program.parent_path().parent_path() / kFileName);  // the tests live one folder down
    paths.push_back(program.parent_path().parent_path() / "lib" / "antiphon" / kFileName);
  }
  return paths;
}

const faust_door::Door& faustDoor() {
  static const faust_door::Door* door = nullptr;
  std::string why;
  if (door == nullptr) door = openFirst(why);
  if (door != nullptr) return *door;
  throw PatchError{"modules of your own need the Faust plug-in (antiphon_faust.so), and it cannot be opened: " + why};
}

}  // namespace antiphon::synth
