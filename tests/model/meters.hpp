#pragma once

#include <vector>

#include "model/tokens/vocabulary.hpp"

namespace antiphon::test {

/// Every metre there is that the model speaks.
inline std::vector<Meter> allMeters() {
  std::vector<Meter> meters;
  for (int unit = 1; unit <= 32; unit *= 2) {
    for (int beats = 1; beats <= native::kMostBeats; ++beats) {
      if (speaksMeter({beats, unit})) meters.push_back({beats, unit});
    }
  }
  return meters;
}

}  // namespace antiphon::test
