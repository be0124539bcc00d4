// A MIDI system's moments, by the clocks that the synth knows.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>

#include "bridge/midi_backend.hpp"
#include "synth/card_clock.hpp"

namespace antiphon {

/// Where a card of its own counts a MIDI system's time (JACK), that drifts from the steady clock, and this is the line
/// between the two; if the synth plays to the same card, the count alone is all that is needed, and exact. Elsewhere
/// moments are the steady clock's. By the thread that performs. Realtime: yes.
class SteadyMoments {
 public:
  void cycle(const CardCycle& cycle) {
    cycles_.called({cycle.moment.count()}, 0, cycle.steady);
    last_ = cycle;
    cycling_ = true;
  }
  Nanos of(Nanos moment) const {
    return cycling_ ? cycles_.momentOf(synth::Frame{moment.count()} + cycles_.latency()) : moment;
  }
  /// The card's frame; nothing where none counts.
  std::optional<std::uint32_t> countOf(Nanos moment) const {
    if (!cycling_) return {};
    const auto since = static_cast<double>((moment - last_.moment).count()) / 1e9;
    return last_.count + static_cast<std::uint32_t>(std::llround(since * last_.framesPerSecond));
  }

 private:
  synth::CardClock cycles_{synth::SampleRate{1e9}};  // a card that counts nanoseconds
  CardCycle last_{};
  bool cycling_ = false;
};

}  // namespace antiphon
