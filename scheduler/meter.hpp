// A time signature, and what follows from it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scheduler/time.hpp"

namespace antiphon {

struct Meter {
  int beats = 4;  // the upper figure
  int unit = 4;   // the lower figure: 1, 2, 4, 8, 16 or 32

  friend constexpr bool operator==(Meter, Meter) = default;

  /// What one count of the upper figure lasts.
  constexpr Tick beat() const { return Tick{4 * kQuarter.count / unit}; }
  constexpr Tick bar() const { return beats * beat(); }
  /// The bar that `t` lies in, counted from 0; negative before the start.
  constexpr std::int64_t barOf(Tick t) const { return floorDiv(t, bar()); }
  constexpr Tick barLine(std::int64_t bar_) const { return bar_ * bar(); }

  std::string text() const { return std::to_string(beats) + "/" + std::to_string(unit); }
};

/// "7/8", or "4" for 4/4. Nothing when it is not a metre, or its bar is no whole number of clock pulses.
std::optional<Meter> parseMeter(std::string_view text);

}  // namespace antiphon
