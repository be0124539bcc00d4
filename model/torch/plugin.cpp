// What the program finds when it opens the torch plug-in.
#include <torch/version.h>

#include <algorithm>
#include <cstring>
#include <string>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "model/torch/torch_net.hpp"

namespace antiphon::torch_door {
namespace {

void tell(char* error, int size, const std::string& text) {
  const auto length = std::min<std::size_t>(text.size(), static_cast<std::size_t>(size - 1));
  std::memcpy(error, text.data(), length);
  error[length] = 0;
}

Net* open(const Setup& setup, char* error, int errorSize) {
#if defined(__GLIBC__)
  // Learning takes and gives back the same large pieces all the time; fetching fresh pages for them costs a third.
  if (setup.learns) {
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 2147483647);
  }
#endif
  try {
    if (setup.cuda && !torch::cuda::is_available()) throw std::runtime_error{"torch finds no CUDA device here"};
    return new TorchNet{setup};
  } catch (const c10::Error& e) {
    tell(error, errorSize, e.what_without_backtrace());
  } catch (const std::exception& e) {
    tell(error, errorSize, e.what());
  }
  return nullptr;
}

}  // namespace
}  // namespace antiphon::torch_door

extern "C" __attribute__((visibility("default"))) const antiphon::torch_door::Door* antiphonTorchDoor() {
  using namespace antiphon::torch_door;
  static const Door door{kVersion,
                         TORCH_VERSION,
                         torch::cuda::is_available(),
                         open,
                         [](Net* net) { delete net; },
                         [](Thought* thought) { delete thought; }};
  return &door;
}
