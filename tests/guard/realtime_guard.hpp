// Counts what real-time code must not do: take memory, give it back, or take a lock.
#pragma once

#include <cstdint>

namespace antiphon::guard {

struct Offences {
  std::uint64_t allocations = 0;
  std::uint64_t frees = 0;
  std::uint64_t locks = 0;

  std::uint64_t all() const { return allocations + frees + locks; }
};

/// False in a sanitizer build, which wants these calls for itself: nothing is counted there.
bool watching();
/// Since the program began, of all threads, inside a RealtimeScope.
Offences offences();

}  // namespace antiphon::guard
