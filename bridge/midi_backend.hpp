// The door to a MIDI system, whichever this machine has.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/midi_sink.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// Which of our inputs a packet came in by.
enum class Inlet : std::uint8_t { player, clock };

/// What a back end drives. All calls come from one real-time context, with ascending moments.
class MidiClient {
 public:
  virtual ~MidiClient() = default;
  /// A packet arrived. Realtime: yes.
  virtual void receive(Inlet inlet, std::span<const std::uint8_t> packet, Nanos when) = 0;
  /// Send everything that is due before `until`. Realtime: yes.
  virtual void advance(Nanos until) = 0;
  /// When advance() will next have something to do; Nanos::max() for never. Realtime: yes.
  virtual Nanos nextDue() const = 0;
  /// A port went away, so nothing that sounds can be relied on any more. Realtime: yes.
  virtual void portLost(Nanos when) = 0;
};

struct PortNames {
  std::string in = "ARIA_IN";
  std::string out = "ARIA_OUT";
  std::string clockIn = "ARIA_CLOCK";  // the same name as `in`: one port serves both
  std::string clockOut{};              // empty: no clock is sent
};

/// What a back end could not deliver; read from any thread.
struct PortFaults {
  std::uint64_t inputDropped = 0;   // our queue was full: the newest was dropped
  std::uint64_t outputDropped = 0;  // the port took no more
};

class MidiBackend {
 public:
  virtual ~MidiBackend() = default;
  virtual std::string_view name() const = 0;

  /// Opens the ports and begins to drive `client`. Throws PortError with a sentence for the player.
  virtual void start(MidiClient& client) = 0;
  /// No call into the client comes after this returns.
  virtual void stop() = 0;

  /// Valid from start() to stop(), inside the client's calls only.
  virtual MidiSink& out() = 0;
  virtual MidiSink& clockOut() = 0;

  /// Looks after the ports: reopens what has vanished and returned. Called about once a second from an ordinary
  /// thread; says what changed, a sentence each.
  virtual std::vector<std::string> tend() = 0;

  virtual PortFaults faults() const = 0;
};

}  // namespace antiphon
