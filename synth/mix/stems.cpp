#include "synth/mix/stems.hpp"

namespace antiphon::synth {

const double* TrackStrip::knob(const std::string& effect, const std::string& called) const {
  const auto its = effects.find(effect);
  if (its == effects.end()) return nullptr;
  const auto value = its->second.find(called);
  return value == its->second.end() ? nullptr : &value->second;
}

void MixWatch::at(double share) const {
  if (stop.stop_requested()) throw MixCancelled{};
  if (progress) progress(share);
}

}  // namespace antiphon::synth
