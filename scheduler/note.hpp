// Notes, what the sustain pedal does to them, and the bars they stand in.
#pragma once

#include <vector>

#include "scheduler/meter.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

struct Note {
  Tick tick{};    // onset
  Tick length{};  // at least 1
  std::uint8_t pitch = 60;
  std::uint8_t velocity = 80;  // 1..127
  std::uint8_t channel = 0;    // 0..15

  constexpr Tick end() const { return tick + length; }
  friend constexpr bool operator==(const Note&, const Note&) = default;
};

/// The sustain pedal goes down, or comes up.
struct Pedal {
  Tick tick{};
  bool down = false;
  std::uint8_t channel = 0;  // 0..15

  friend constexpr bool operator==(const Pedal&, const Pedal&) = default;
};

/// What sounds in some bars of one metre. It starts at tick 0; notes are in order of onset, and so are pedals.
struct Phrase {
  Meter meter{};
  int bars = 1;
  std::vector<Note> notes{};
  std::vector<Pedal> pedals{};

  Tick length() const { return bars * meter.bar(); }
};

}  // namespace antiphon
