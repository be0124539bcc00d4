#include "synth/faust_plugin.hpp"

#include <dlfcn.h>

#include "scheduler/plugin_places.hpp"
#include "synth/patch.hpp"

namespace antiphon::synth {
namespace {

[[noreturn]] void missing(const std::string& why) {
  throw PatchError{"modules of your own need the Faust plug-in (antiphon_faust.so), and it cannot be opened: " + why};
}

const faust_door::Door* openFirst() {
  std::string why;
  for (const auto& path : faustPlugins()) {
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
  missing(why);
}

}  // namespace

std::vector<std::filesystem::path> faustPlugins() {
  auto there = pluginPlaces("antiphon_faust.so", "ANTIPHON_FAUST");
  std::erase_if(there, [](const auto& path) {
    std::error_code none;
    return !std::filesystem::exists(path, none);
  });
  if (there.empty()) missing("this build has none: install the packages faust and libfaust2, and build again");
  return there;
}

const faust_door::Door& faustDoor() {
  static const faust_door::Door* door = nullptr;
  if (door == nullptr) door = openFirst();
  return *door;
}

}  // namespace antiphon::synth
