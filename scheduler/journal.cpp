#include "scheduler/journal.hpp"

namespace antiphon {

std::string_view name(Phase phase) {
  switch (phase) {
    case Phase::stopped: return "stopped";
    case Phase::listening: return "listening";
    case Phase::answering: return "answering";
  }
  return "?";
}

}  // namespace antiphon
