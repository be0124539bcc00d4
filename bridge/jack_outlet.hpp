// Sends each message at its own frame of a JACK cycle.
#pragma once

#if defined(ANTIPHON_HAVE_JACK)

#include <jack/jack.h>
#include <atomic>
#include <cstdint>

#include "bridge/frame_clock.hpp"
#include "scheduler/midi_sink.hpp"

namespace antiphon {

/// Lives as long as the back end; the port behind it comes and goes with the server.
class JackOutlet final : public MidiSink {
 public:
  /// Readies the port's buffer for the cycle that starts at frame `start`. Realtime: yes.
  void beginCycle(jack_port_t* port, const FrameClock& clock, std::int64_t start, jack_nframes_t length);
  /// Until the next cycle, messages are dropped and counted. Realtime: yes.
  void endCycle() { buffer_ = nullptr; }

  /// The frame nearest to `when`, as far as it lies in this cycle and not before what was sent already. Realtime: yes.
  void send(const MidiMessage& message, Nanos when) override;

  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void* buffer_ = nullptr;
  const FrameClock* clock_ = nullptr;
  std::int64_t start_ = 0;
  std::int64_t last_ = 0;       // the offset in the cycle that was written last
  std::int64_t lastFrame_ = 0;  // the cycle's last offset
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace antiphon

#endif
