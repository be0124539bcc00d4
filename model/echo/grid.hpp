// The rhythmic grid that a call is played on.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scheduler/note.hpp"

namespace antiphon::echo {

/// How strong a place in the bar is: 6 on the bar line, then group or half bar, beat, half beat, quarter or third of
/// it, 0.
int accent(Tick tick, Meter meter);

struct Grid {
  Meter meter{};
  Tick finest{1};  // every onset of the call and the bar line lie on it: what is moved, is moved by multiples of this
  Tick step{120};  // the subdivision that the rhythm is felt in: a multiple of `finest` that divides the bar
  std::vector<std::uint8_t> accents{};  // of each step of the bar

  Tick bar() const { return meter.bar(); }
  /// The felt beat: three counts in 6/8, 9/8, 12/8.
  Tick beat() const;
  /// Accent of a place that may be played a little early or late.
  int accentNear(Tick inBar) const;
};

/// `notes` in order of onset, from tick 0.
Grid findGrid(std::span<const Note> notes, Meter meter);

}  // namespace antiphon::echo
