// Our life on one JACK server, from the opening of the client to its closing or the server's end.
#pragma once

#if defined(ANTIPHON_HAVE_JACK)

#include <jack/jack.h>
#include <jack/midiport.h>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/frame_clock.hpp"
#include "bridge/jack_client.hpp"
#include "bridge/jack_outlet.hpp"
#include "bridge/jack_ports.hpp"
#include "bridge/jack_wires.hpp"
#include "bridge/midi_backend.hpp"

namespace antiphon {

/// What outlives a session: the other side of the ports.
struct JackStage {
  MidiClient& client;
  JackOutlet& out;
  JackOutlet& clockOut;
  std::atomic<std::uint64_t>& inputDropped;
};

/// The whole performance runs inside JACK's process callback: what arrives in a cycle is answered in the same cycle, at
/// its own frame.
class JackSession {
 public:
  /// Registers the planned ports and begins to play. Its moments begin at `notBefore` or now, whichever is later.
  /// `afterLoss`: the client is told first of all that a port was lost. Throws PortError.
  JackSession(JackClient client, JackStage stage, const JackPortPlan& plan, Nanos notBefore, bool afterLoss);
  ~JackSession();
  JackSession(const JackSession&) = delete;
  JackSession& operator=(const JackSession&) = delete;

  /// Lets the client say farewell and waits until that has left, as long as the server still turns.
  void leave();
  /// False once the server is gone.
  bool alive() const { return alive_.load(); }
  /// A moment that no call into the client came after. When the session is over.
  Nanos lastMoment() const { return Nanos{lastMoment_.load()}; }
  /// What JACK calls our client.
  std::string name() const { return jack_get_client_name(jack_.get()); }
  JackWires& wires() { return wires_; }
  const JackWires& wires() const { return wires_; }

 private:
  /// An input port, read through in the order of frames.
  struct Entrance {
    jack_port_t* port = nullptr;
    Inlet inlet = Inlet::player;
    bool servesBoth = false;
    void* buffer = nullptr;
    std::uint32_t count = 0;
    std::uint32_t next = 0;
    jack_midi_event_t event{};  // the one that waits
    bool waits = false;         // false: this cycle is read through

    void beginCycle(jack_nframes_t length);
    void step();
  };

  jack_port_t* openPort(const JackPort& plan, unsigned long flags);
  void listen();
  void process(jack_nframes_t length);
  void readCycle(std::int64_t start, jack_nframes_t length);
  FrameClock& clock();

  JackClient jack_;
  JackStage stage_;
  JackWires wires_;
  Entrance clockIn_{};
  Entrance in_{};
  jack_port_t* out_ = nullptr;
  jack_port_t* clockOut_ = nullptr;
  Nanos notBefore_;
  std::optional<FrameClock> clock_{};
  std::atomic<std::int64_t> lastMoment_;
  std::atomic<bool> alive_{true};
  std::atomic<bool> lost_;
  std::atomic<bool> leaving_{false};
  std::atomic<int> cyclesSinceFarewell_{0};
};

}  // namespace antiphon

#endif
