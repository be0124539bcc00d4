// The last thing before the loudspeakers: no direct current, and nothing louder than full scale, whatever a patch does.
#pragma once

#include "synth/signal.hpp"

namespace antiphon::synth {

/// Of the filter that lets no direct current through: what came in last, and what went out.
struct Moving {
  float wasLeft = 0, wasRight = 0, left = 0, right = 0;
};

class Safety {
 public:
  explicit Safety(SampleRate rate);
  /// What a room says, on its way out. Realtime: yes.
  void tame(const Heard& sound, float* left, float* right, int frames);

 private:
  void limit(float* left, float* right, int frames);

  float pole_;     // of the direct current's filter, at 5 Hz
  float release_;  // of the limiter, in frames
  Moving direct_{};
  float gain_ = 1;
};

}  // namespace antiphon::synth
