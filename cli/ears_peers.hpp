// Other people's ears, to be put beside ours: those of libqm-dsp and aubio, where this build found them; a plug-in
// (cli/peers).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cli/ears_truth.hpp"

namespace antiphon {

struct EarsPeer {
  std::string name;
  /// Mono at 44.1 kHz.
  std::function<EarsSay(std::span<const float>)> hear;
  bool hearsKeys;
};

std::vector<EarsPeer> earsPeers();

}  // namespace antiphon
