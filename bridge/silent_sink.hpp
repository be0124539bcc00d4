// Where messages go that nobody asked for.
#pragma once

#include "scheduler/midi_sink.hpp"

namespace antiphon {

class SilentSink final : public MidiSink {
 public:
  /// Realtime: yes.
  void send(const MidiMessage&, Nanos) override {}
};

}  // namespace antiphon
