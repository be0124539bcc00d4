#if defined(ANTIPHON_HAVE_JACK)

#include "bridge/jack_outlet.hpp"

#include <jack/midiport.h>
#include <algorithm>

namespace antiphon {

void JackOutlet::beginCycle(jack_port_t* port, const FrameClock& clock, std::int64_t start, jack_nframes_t length) {
  buffer_ = jack_port_get_buffer(port, length);
  if (buffer_) jack_midi_clear_buffer(buffer_);
  clock_ = &clock;
  start_ = start;
  last_ = 0;
  lastFrame_ = std::int64_t{length} - 1;
}

void JackOutlet::send(const MidiMessage& message, Nanos when) {
  if (buffer_) {
    // JACK refuses what is out of order, so a late message goes out with the one before it.
    last_ = std::clamp(clock_->frameOf(when) - start_, last_, lastFrame_);
    const auto offset = static_cast<jack_nframes_t>(last_);
    if (jack_midi_event_write(buffer_, offset, message.bytes.data(), message.size) == 0) return;
  }
  dropped_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace antiphon

#endif
