// The door to a MIDI system, whichever this machine has.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/midi_sink.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// Which of our inputs a packet came in by.
enum class Inlet : std::uint8_t { player, clock };

/// Where a packet belongs when one port serves both: every MIDI system hands over whole messages, one a packet, so its
/// first byte decides. Clock, transport and song position go to the clock, the rest to the player. Realtime: yes.
constexpr Inlet inletOf(std::span<const std::uint8_t> packet) {
  return !packet.empty() && (packet[0] >= 0xF8 || packet[0] == 0xF2) ? Inlet::clock : Inlet::player;
}

/// Where a sound card counts the time: a cycle of it begins.
struct CardCycle {
  Nanos moment{};           // as the back end tells moments
  Nanos steady{};           // by the steady clock
  std::uint32_t count = 0;  // by the card's frames
  std::uint32_t framesPerSecond = 48000;
};

/// What a back end drives. All calls come from one real-time context, with moments that never go back. Moments are on
/// the steady clock; where a sound card counts the time (JACK), they start from it and then follow the card's frames.
class MidiClient {
 public:
  virtual ~MidiClient() = default;
  /// Before what happens in the cycle. Realtime: yes.
  virtual void cycle(const CardCycle&) {}
  /// A packet arrived. Realtime: yes.
  virtual void receive(Inlet inlet, std::span<const std::uint8_t> packet, Nanos when) = 0;
  /// Send everything that is due before `until`. Realtime: yes.
  virtual void advance(Nanos until) = 0;
  /// When advance() will next have something to do; Nanos::max() for never. Realtime: yes.
  virtual Nanos nextDue() const = 0;
  /// A port went away, so nothing that sounds can be relied on any more. Realtime: yes.
  virtual void portLost(Nanos when) = 0;
  /// The last call of all: what is sent in it still leaves, so this is the place to settle every sounding note.
  /// Realtime: yes.
  virtual void farewell(Nanos /*when*/) {}
};

struct PortNames {
  std::string in = "ARIA_IN";
  std::string out = "ARIA_OUT";
  std::string clockIn = "ARIA_CLOCK";  // the same name as `in`: one port serves both
  std::string clockOut{};              // empty: no clock is sent; the same name as `out`: one port serves both
};

/// A port or a back end that cannot be had. The message is one sentence for the player: what was asked for, why not,
/// and how to list what there is.
struct PortError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a back end could not deliver; read from any thread.
struct PortFaults {
  std::uint64_t inputDropped = 0;   // our queue was full: the newest was dropped
  std::uint64_t outputDropped = 0;  // the port took no more, or was not there
};

/// start(), stop() and tend() are called from ordinary threads, one at a time.
class MidiBackend {
 public:
  virtual ~MidiBackend() = default;
  virtual std::string_view name() const = 0;

  /// Opens the ports and begins to drive `client`, which has to live until stop() has returned. Throws PortError.
  virtual void start(MidiClient& client) = 0;
  /// Lets the client say farewell, then closes the ports. No call into the client comes after this returns.
  virtual void stop() = 0;

  /// The same for the back end's whole life. Send from inside the client's calls only.
  virtual MidiSink& out() = 0;
  /// Takes everything and sends nothing when no clock output was asked for.
  virtual MidiSink& clockOut() = 0;

  /// Something new may be due: have advance() called soon, whatever nextDue() said before. Any thread. Realtime: yes.
  virtual void wake() = 0;

  /// Looks after the ports: reopens what has vanished and returned. Called about once a second; says what changed, a
  /// sentence each.
  virtual std::vector<std::string> tend() = 0;

  /// What is open, a line each, e.g. "in: ARIA_IN <- system:midi_capture_1". From the thread that calls tend().
  virtual std::vector<std::string> ports() const = 0;

  virtual PortFaults faults() const = 0;
};

}  // namespace antiphon
