// A straight line between musical time and clock time.
#pragma once

#include "scheduler/time.hpp"

namespace antiphon {

/// Maps musical time to clock time and back. A value: copy it freely. Realtime: yes.
struct Timeline {
  Tick tick{};    // this musical position ...
  Nanos time{};   // ... falls on this moment
  Tempo tempo{};  // and from there the music moves at this speed

  constexpr Nanos timeAt(Tick t) const { return time + tempo.span(t - tick); }

  /// The tick nearest to a moment.
  constexpr Tick tickAt(Nanos moment) const {
    const double ticks = static_cast<double>((moment - time).count()) / tempo.nanosPerTick();
    return tick + Tick{static_cast<std::int64_t>(ticks + (ticks < 0 ? -0.5 : 0.5))};
  }
};

}  // namespace antiphon
