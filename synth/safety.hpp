// The last thing before the loudspeakers: no direct current, and nothing louder than full scale, whatever a patch does.
#pragma once

#include "synth/signal.hpp"

namespace antiphon::synth {

class Safety {
 public:
  explicit Safety(SampleRate rate);
  /// Both channels in place. Realtime: yes.
  void tame(float* left, float* right, int frames);
  void calm();

 private:
  void limit(float* left, float* right, int frames);

  float pole_;     // of the direct current's filter, at 5 Hz
  float release_;  // of the limiter, in frames
  float wasLeft_ = 0, wasRight_ = 0, left_ = 0, right_ = 0;
  float gain_ = 1;
};

}  // namespace antiphon::synth
