// The sound devices of this machine by PortAudio: ALSA, CoreAudio, WASAPI and what else it was built for.
#pragma once

#include "synth/audio_device.hpp"

namespace antiphon::synth {

/// Where the program was built without PortAudio there are no devices, and without() says so. JACK is left out, unless
/// asked for: its part of PortAudio waits ten minutes for a server that has died, or crashes.
std::unique_ptr<AudioSystem> portAudio(bool jackToo = false);

}  // namespace antiphon::synth
