// The present moment.
#pragma once

#include "scheduler/time.hpp"

namespace antiphon {

/// Now, on the clock that all moments are on. Realtime: yes.
inline Nanos steadyNow() {
  return std::chrono::duration_cast<Nanos>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace antiphon
