#include "model/torch_plugin.hpp"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <string>

#include "scheduler/plugin_places.hpp"

namespace antiphon {
namespace {

const torch_door::Door* open() {
  // Set before torch's libraries load, since they read these once. A player's own wish stands.
  setenv("OMP_NUM_THREADS", "1", 0);
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  std::string tried;
  for (const auto& path : torchPluginPaths()) {
    if (!std::filesystem::exists(path)) {
      tried += "\n  " + path.string() + ": not there";
      continue;
    }
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL
#ifdef RTLD_DEEPBIND
                                             | RTLD_DEEPBIND
#endif
    );
    if (library == nullptr) {
      tried += "\n  " + std::string{dlerror()};
      continue;
    }
    void* symbol = dlsym(library, torch_door::kSymbol);
    if (symbol == nullptr) {
      tried += "\n  " + path.string() + ": not Antiphon's torch plug-in";
      continue;
    }
    const torch_door::Door* door = reinterpret_cast<torch_door::DoorFunction>(symbol)();
    if (door->version == torch_door::kVersion) return door;
    tried += "\n  " + path.string() + ": of another version of Antiphon";
  }
  throw TorchError{"the torch plug-in cannot be opened; learning and --device cuda need it:" + tried};
}

}  // namespace

std::vector<std::filesystem::path> torchPluginPaths() { return pluginPlaces("antiphon_torch.so", "ANTIPHON_TORCH"); }

const torch_door::Door& torchDoor() {
  static const torch_door::Door* const door = open();
  return *door;
}

TorchNetHandle openTorchNet(const torch_door::Setup& setup) {
  std::array<char, 512> error{};
  torch_door::Net* net = torchDoor().open(setup, error.data(), static_cast<int>(error.size()));
  if (net == nullptr) throw TorchError{error.data()};
  return TorchNetHandle{net};
}

}  // namespace antiphon
