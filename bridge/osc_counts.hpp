// How much has come by OSC.
#pragma once

#include <cstdint>
#include <string>

namespace antiphon {

struct OscCounts {
  std::uint64_t messages = 0;
  std::uint64_t malformed = 0;   // packets, or parts of bundles
  std::uint64_t late = 0;        // their time was over when they came
  std::uint64_t refused = 0;     // they were answered with an error, or would have been
  std::uint64_t unanswered = 0;  // there was more to answer than is
};

/// "1200 messages, 3 malformed, ..."
std::string textOf(const OscCounts& counts);

}  // namespace antiphon
