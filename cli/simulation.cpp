#include "cli/simulation.hpp"

#include <algorithm>

namespace antiphon {

Simulation::Simulation(const Settings& settings, Answerer& lead, Answerer& understudy, Nanos think, MidiSink& out,
                       MidiSink& clockOut, Journal& journal)
    : thinker_{lead, understudy, think, [this] { return performance_.now(); }},
      performance_{settings, out, clockOut, thinker_, journal} {}

void Simulation::runTo(Nanos until) {
  for (;;) {
    const Nanos due = performance_.nextDue();
    const Nanos arrival = thinker_.nextArrival();
    if (std::min(due, arrival) >= until) break;
    // What is due at a moment comes before what is thought at that moment: so it is live, where thinking takes time.
    performance_.advance(due <= arrival ? due + Nanos{1} : arrival);
    if (arrival < due) performance_.think(thinker_.takeNext(), arrival);
  }
  performance_.advance(until);
}

void Simulation::receive(Inlet inlet, std::span<const std::uint8_t> packet, Nanos when) {
  runTo(when);
  if (inlet == Inlet::clock) performance_.clockPacket(packet, when);
  else performance_.playerPacket(packet, when);
}

void Simulation::runOut() {
  while (performance_.nextDue() != Nanos::max()) runTo(performance_.nextDue() + Nanos{1});
}

}  // namespace antiphon
