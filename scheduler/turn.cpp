#include "scheduler/turn.hpp"

#include <algorithm>

namespace antiphon {

Rung TurnReport::rung() const {
  const auto played = rungs.begin() + std::clamp(barsPlayed, 0, kMostMeasures);
  const auto lowest = std::max_element(rungs.begin(), played);
  return lowest == played ? Rung::rest : *lowest;
}

std::string_view name(Rung rung) {
  switch (rung) {
    case Rung::answer: return "answer";
    case Rung::echo: return "echo";
    case Rung::rest: return "rest";
  }
  return "?";
}

std::string_view name(TurnEnd end) {
  switch (end) {
    case TurnEnd::complete: return "complete";
    case TurnEnd::stopped: return "stopped";
    case TurnEnd::jumped: return "jumped";
    case TurnEnd::clockLost: return "clock lost";
    case TurnEnd::portLost: return "port lost";
    case TurnEnd::yielded: return "yielded";
    case TurnEnd::panic: return "panic";
    case TurnEnd::closed: return "closed";
  }
  return "?";
}

}  // namespace antiphon
