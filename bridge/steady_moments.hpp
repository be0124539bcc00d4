// A MIDI system's moments, on the steady clock.
#pragma once

#include "synth/card_clock.hpp"

namespace antiphon {

/// Where a card of its own counts a MIDI system's time (JACK), that drifts from the steady clock, and this is the line
/// between the two. Elsewhere moments are the steady clock's. By the thread that performs. Realtime: yes.
class SteadyMoments {
 public:
  /// `moment` is now, by the MIDI system. Once a cycle.
  void cycle(Nanos moment, Nanos steady) {
    cycles_.called({moment.count()}, 0, steady);
    cycling_ = true;
  }
  Nanos of(Nanos moment) const {
    return cycling_ ? cycles_.momentOf(synth::Frame{moment.count()} + cycles_.latency()) : moment;
  }

 private:
  synth::CardClock cycles_{synth::SampleRate{1e9}};  // a card that counts nanoseconds
  bool cycling_ = false;
};

}  // namespace antiphon
