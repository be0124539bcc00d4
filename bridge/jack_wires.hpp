// Keeps our JACK ports connected to the ports of others that the player named.
#pragma once

#if defined(ANTIPHON_HAVE_JACK)

#include <jack/jack.h>
#include <atomic>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "bridge/jack_ports.hpp"

namespace antiphon {

/// A connection that somebody cuts by hand stays cut: only a port that went away and came back is connected again.
class JackWires {
 public:
  explicit JackWires(jack_client_t& client) : client_{client} {}

  /// Before the client is activated.
  void add(jack_port_t* ours, const JackPort& plan);
  /// Connects what can be connected, and says what changed. From ordinary threads, once the client is active.
  std::vector<std::string> tend();
  /// A line each, e.g. "ARIA_IN <- system:midi_capture_1".
  std::vector<std::string> lines() const;

  /// JACK's notifications. True when one of our wires was cut.
  bool disconnected(jack_port_id_t a, jack_port_id_t b);
  void registered(jack_port_id_t port);

 private:
  struct Wire {
    Wire(jack_port_t* ourPort, JackPort ourPlan, bool leadsToUs)
        : ours{ourPort}, plan{std::move(ourPlan)}, intoUs{leadsToUs} {}

    jack_port_t* ours;
    JackPort plan;
    bool intoUs;
    std::string foreign{};                         // the full name of the port at the other end, while connected
    std::atomic<jack_port_t*> connected{nullptr};  // the same port as JACK's notifications know it
    std::atomic<bool> due{true};                   // to be connected as soon as the port is there
    std::atomic<bool> cut{false};                  // since the last tend()
  };

  bool connect(Wire& wire);

  jack_client_t& client_;
  std::deque<Wire> wires_;  // a deque, because atomics cannot move
};

}  // namespace antiphon

#endif
