// A call and its answer between musical time and an Aria sequence's milliseconds, at the one tempo of their turn.
#pragma once

#include <cstdint>
#include <vector>

#include "model/aria/grammar.hpp"
#include "model/aria/performance.hpp"
#include "scheduler/note.hpp"
#include "scheduler/turn.hpp"

namespace antiphon {

/// An onset this near to a place of the grid was meant for it. It is what rounding to Aria's steps, at the call and at
/// the answer, can shift it by, and half as much again; a chord that is rolled more slowly stays rolled.
inline constexpr double kAriaReach = 15;  // ms

/// The sequence begins with the first note, as every piece did that Aria has learned from.
class AriaLayout {
 public:
  /// `voice` is what is heard of the call, in order of onset; `callBars` bars, at whose end the answer begins. Throws
  /// std::invalid_argument when there is no note, or the tempo or the number of bars is none that can be played.
  AriaLayout(const TurnPlan& plan, int callBars, const std::vector<Note>& voice);

  /// The call as Aria hears it; onsets outside the call are moved to its ends.
  AriaPerformance performance(const std::vector<Note>& voice) const;
  /// The same of a single onset.
  std::int64_t at(Tick onset) const;
  /// Where the answer lies, the call's segments not counted; its bounds are whole steps.
  AriaFrame frame() const;
  /// The latest onset within the answer's first beat.
  std::int64_t firstBeatEnd() const;

  /// An onset of the answer, counted from its beginning: on a sixteenth or an eighth's triplet when one is within
  /// reach, else on a pulse when one is, else where it is. Later onsets come no sooner.
  Tick tick(std::int64_t ms) const;
  /// To the nearest pulse, at least one.
  Tick length(std::int64_t ms) const;

  double seconds(Tick ticks) const;

 private:
  double ms(Tick ticks) const { return static_cast<double>(ticks.count) * msPerTick_; }

  double msPerTick_;
  Meter meter_;
  Tick first_;   // of the voice
  Tick call_;    // how long the call is
  Tick answer_;  // and the answer
  double beginsAt_;
};

}  // namespace antiphon
