// Where messages leave.
#pragma once

#include "scheduler/midi_message.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// What the Player sends into: a port, a recording, a test.
class MidiSink {
 public:
  virtual ~MidiSink() = default;
  /// `when` is the moment the message belongs to; calls come with ascending moments. Must not block or throw. Realtime:
  /// yes.
  virtual void send(const MidiMessage& message, Nanos when) = 0;
};

}  // namespace antiphon
