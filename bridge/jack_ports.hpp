// What our JACK ports are called, and whose ports they are to be connected to.
#pragma once

#include <string>
#include <vector>

#include "bridge/midi_backend.hpp"

namespace antiphon {

/// The MIDI ports of other JACK clients, as we see them: inputs are what we can hear, outputs where we can send.
struct SeenPorts {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

struct JackPort {
  std::string name;    // ours; empty: there is none
  std::string wanted;  // the beginning of the other client's port that ours is connected to; empty: nobody's
};

struct JackPortPlan {
  JackPort in;
  JackPort clockIn;  // nameless: `in` serves both
  JackPort out;
  JackPort clockOut;  // nameless: `out` serves both, or no clock is sent
};

/// A name that begins another client's port ("system:midi_capture_1", "a2j:") means that port: ours then has its
/// default name and is connected to it. Any other name becomes our own port's. Throws PortError when it can be neither.
JackPortPlan planJackPorts(const PortNames& names, const SeenPorts& others);

}  // namespace antiphon
