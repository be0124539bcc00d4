// The clock for playing without a DAW.
#pragma once

#include "scheduler/time.hpp"
#include "scheduler/timeline.hpp"

namespace antiphon {

/// Gives out pulses on an exact grid. Realtime: yes.
class InternalClock {
 public:
  explicit InternalClock(Tempo tempo) { line_.tempo = tempo; }

  void start(Nanos first) {
    line_.tick = Tick{0};
    line_.time = first;
    next_ = Tick{0};
  }
  Nanos nextPulse() const { return line_.timeAt(next_); }
  void passPulse() { next_ += kPulse; }
  const Timeline& timeline() const { return line_; }
  /// From `now` on; what has passed stays where it was.
  void setTempo(Tempo tempo, Nanos now) {
    const Tick tick = line_.tickAt(now);
    line_ = {tick, line_.timeAt(tick), tempo};
  }

 private:
  Timeline line_{};
  Tick next_{};
};

}  // namespace antiphon
