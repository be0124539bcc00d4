// What can be counted of an answer: does it fill its bars, stay in the key, play as much as a person would, copy?
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "model/tokens/step_writer.hpp"

namespace antiphon {

/// Sums over many turns.
struct TurnStatistics {
  int turns = 0;
  std::uint64_t pitched = 0, inKey = 0;      // notes that are no drums; of those, in the call's key
  std::uint64_t bars = 0, filled = 0;        // bars where the person has notes; of those, bars where this answer has
  int densityOk = 0;                         // turns with notes within a factor of 1.5 of the person's
  int copied = 0;                            // turns of which every bar with notes is a bar of the call
  std::uint64_t runs = 0, known = 0;         // runs of eight notes; of those, found in the music that was learnt from
  std::uint64_t sounding = 0, repeated = 0;  // bars with notes; of those, bars that say again what the bar before said
  int broken = 0;                            // answers that are none

  double share(double part, double whole) const { return whole > 0 ? part / whole : 0; }
};

/// Runs of eight notes, by their distances in time, their pitches and nothing else.
class KnownRuns {
 public:
  void learn(const std::vector<GridNote>& notes, Meter meter);
  bool knows(std::uint64_t run) const { return runs_.contains(run); }
  std::size_t size() const { return runs_.size(); }

 private:
  std::unordered_set<std::uint64_t> runs_;
};
std::vector<std::uint64_t> runsOf(const std::vector<GridNote>& notes, Meter meter);

/// Adds one turn: the call, the person's own answer, and the answer that is judged. `known` may be null.
void count(TurnStatistics& statistics, const native::Window& human, const GridPhrase& answer, const KnownRuns* known);

}  // namespace antiphon
