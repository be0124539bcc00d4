// Opens the torch plug-in, which lives apart from the program (model/torch/door.hpp says why).
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/native/shape.hpp"
#include "model/torch/door.hpp"

namespace antiphon {

struct TorchError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where the plug-in is looked for, in order: $ANTIPHON_TORCH alone, or beside the program.
std::vector<std::filesystem::path> torchPluginPaths();

/// The plug-in, opened at the first call; throws TorchError when it is not there or of another version.
/// Threads of torch's own pools are kept to one: what is shared among threads is shared by us.
const torch_door::Door& torchDoor();

struct CloseNet {
  void operator()(torch_door::Net* net) const { torchDoor().close(net); }
};
using TorchNetHandle = std::unique_ptr<torch_door::Net, CloseNet>;

TorchNetHandle openTorchNet(const torch_door::Setup& setup);

}  // namespace antiphon
