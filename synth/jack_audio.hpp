// JACK as a sound device, by its own library.
#pragma once

#include "synth/audio_device.hpp"

namespace antiphon::synth {

/// The running server is its only device; where the program was built without JACK there is none.
std::unique_ptr<AudioSystem> jackAudio();

}  // namespace antiphon::synth
