// How strongly an ear hears each frequency, as ITU-R BS.1770 has it: a shelf for the head, and less of what is low.
#pragma once

#include "synth/signal.hpp"

namespace antiphon::synth {

/// For one side or channel.
class KWeighting {
 public:
  explicit KWeighting(SampleRate rate);

  /// Realtime: yes.
  double next(double in) { return low_.next(shelf_.next(in)); }

 private:
  /// Two poles and two zeros.
  struct Filter {
    double b0, b1, b2, a1, a2;
    double first = 0, second = 0;  // what it remembers
    double next(double in) {
      const double out = b0 * in + first;
      first = b1 * in - a1 * out + second;
      second = b2 * in - a2 * out;
      return out;
    }
  };
  Filter shelf_, low_;
};

}  // namespace antiphon::synth
