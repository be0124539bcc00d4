// The band, where it is heard: it plays as it does, and the ensemble knows what the player does and what time it is.
#pragma once

#include "bridge/band.hpp"
#include "bridge/ensemble.hpp"
#include "scheduler/realtime_scope.hpp"

namespace antiphon {

/// Realtime: yes.
class HeardBand final : public MidiClient {
 public:
  /// Both have to live longer.
  HeardBand(Band& band, Ensemble& ensemble) : band_{band}, ensemble_{ensemble} {}

  void cycle(const CardCycle& cycle) override {
    const RealtimeScope scope;
    ensemble_.cycle(cycle);
  }
  void receive(Inlet inlet, std::span<const std::uint8_t> packet, Nanos when) override {
    const RealtimeScope scope;
    if (inlet == Inlet::player) ensemble_.hear(packet, when);
    band_.receive(inlet, packet, when);
  }
  void advance(Nanos until) override {
    const RealtimeScope scope;
    band_.advance(until);
    ensemble_.keepTime(band_.timeline(), until, band_.phase() != Phase::stopped);
  }
  Nanos nextDue() const override { return band_.nextDue(); }
  void portLost(Nanos when) override {
    const RealtimeScope scope;
    ensemble_.quiet(when);
    band_.portLost(when);
  }
  void farewell(Nanos when) override {
    const RealtimeScope scope;
    ensemble_.quiet(when);
    band_.farewell(when);
  }

 private:
  Band& band_;
  Ensemble& ensemble_;
};

}  // namespace antiphon
