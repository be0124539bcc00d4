// The whole music in virtual time: the same Performance as live, and a thinker that takes as long as it is told.
#pragma once

#include <memory>

#include "bridge/midi_backend.hpp"
#include "model/answerer.hpp"
#include "model/virtual_thinker.hpp"
#include "scheduler/performance.hpp"

namespace antiphon {

class Simulation {
 public:
  Simulation(const Settings& settings, Answerer& lead, Answerer& understudy, Nanos think, MidiSink& out,
             MidiSink& clockOut, Journal& journal);

  /// Everything that happens before `until`, in order.
  void runTo(Nanos until);
  void receive(Inlet inlet, std::span<const std::uint8_t> packet, Nanos when);
  /// No more input comes: plays on until the clock counts as lost, and all is settled.
  void runOut();

  Performance& performance() { return performance_; }

 private:
  VirtualThinker thinker_;
  Performance performance_;
};

}  // namespace antiphon
