#include "bridge/osc_counts.hpp"

namespace antiphon {

std::string textOf(const OscCounts& counts) {
  return std::to_string(counts.messages) + " messages, " + std::to_string(counts.malformed) + " malformed, " +
         std::to_string(counts.refused) + " refused, " + std::to_string(counts.late) + " late, " +
         std::to_string(counts.unanswered) + " not answered";
}

}  // namespace antiphon
