// A connection to a JACK server, opened quietly and closed by its end.
#pragma once

#if defined(ANTIPHON_HAVE_JACK)

#include <jack/jack.h>
#include <memory>

#include "bridge/jack_ports.hpp"

namespace antiphon {

struct CloseJack {
  void operator()(jack_client_t* client) const { jack_client_close(client); }
};
using JackClient = std::unique_ptr<jack_client_t, CloseJack>;

/// A client of the default server, whatever name JACK then gives it; null when no server answers. Starts no server, and
/// nothing is printed.
JackClient openJack(const char* name);
/// The same, with a second's patience: a server that has only just been started, or is very busy, may need a moment.
JackClient openJackPatiently(const char* name);

/// The server in half a sentence: "48000 Hz, 256 frames a period (5.3 ms), real-time".
std::string describeJack(jack_client_t& client);

/// The MIDI ports of all clients but this one.
SeenPorts seenJackPorts(jack_client_t& client);

}  // namespace antiphon

#endif
