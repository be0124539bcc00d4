// Plays for very long, in virtual time, with everything that a player and a DAW can do, and looks for stuck notes.
#pragma once

#include <cstdint>
#include <functional>

namespace antiphon {

struct SoakResult {
  std::int64_t bars = 0;
  std::int64_t turns = 0;
  std::int64_t notesHeard = 0;
  std::int64_t notesPlayed = 0;
  std::int64_t stuck = 0;      // struck and not released when the music ended
  std::int64_t doubled = 0;    // struck again while sounding, or released without sounding
  std::int64_t outside = 0;    // sent while no answer was under way
  std::int64_t backwards = 0;  // sent before the message ahead of it
  std::int64_t offDownbeat =
      0;  // answers on an undisturbed clock that did not begin within a millisecond of a bar line
  double cpuSeconds = 0;

  bool clean() const { return stuck == 0 && doubled == 0 && outside == 0 && backwards == 0 && offDownbeat == 0; }
};

/// Plays at least `bars` bars, in many sittings of different settings; `progress` is told how many are done.
SoakResult soak(std::int64_t bars, std::uint64_t seed, const std::function<void(std::int64_t)>& progress);

}  // namespace antiphon
