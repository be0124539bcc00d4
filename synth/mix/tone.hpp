// What a band of the module `eq` does to a frequency: so that advice knows what its advice will do.
#pragma once

#include "synth/mix/bark.hpp"

namespace antiphon::synth {

struct ToneBand {
  enum class Form : std::uint8_t { lowShelf, peak, highShelf };
  Form form = Form::peak;
  double hertz = 1000, decibels = 0, q = 1;

  /// The power that becomes of a power of 1.
  double powerAt(double frequency) const;
  /// At the middles of the Barks.
  Barks powers() const;
};

}  // namespace antiphon::synth
