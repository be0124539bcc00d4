#if defined(ANTIPHON_HAVE_JACK)

#include "bridge/jack_wires.hpp"

#include <cerrno>
#include <string_view>

#include "bridge/jack_client.hpp"
#include "bridge/port_matching.hpp"

namespace antiphon {

void JackWires::add(jack_port_t* ours, const JackPort& plan) {
  const bool intoUs = (jack_port_flags(ours) & JackPortIsInput) != 0;
  if (!plan.wanted.empty()) wires_.emplace_back(ours, plan, intoUs);
}

std::vector<std::string> JackWires::tend() {
  std::vector<std::string> news;
  for (Wire& wire : wires_) {
    if (wire.cut.exchange(false)) {
      news.push_back(wire.plan.name + " is no longer connected to " + wire.foreign + ".");
      wire.foreign.clear();
    }
    if (!wire.due.exchange(false)) continue;
    if (connect(wire)) {
      news.push_back(wire.plan.name + " is connected to " + wire.foreign + ".");
    } else {
      wire.due.store(true);
    }
  }
  return news;
}

bool JackWires::connect(Wire& wire) {
  const SeenPorts seen = seenJackPorts(client_);
  const std::vector<std::string>& ports = wire.intoUs ? seen.inputs : seen.outputs;
  const auto found = findPort(ports, wire.plan.wanted);
  if (!found) return false;
  const std::string& foreign = ports[*found];
  // Noted first, so that a cut in the very next moment is not missed.
  wire.connected.store(jack_port_by_name(&client_, foreign.c_str()));
  const char* const ours = jack_port_name(wire.ours);
  const char* const theirs = foreign.c_str();
  const int refused = wire.intoUs ? jack_connect(&client_, theirs, ours) : jack_connect(&client_, ours, theirs);
  if (refused != 0 && refused != EEXIST) {
    wire.connected.store(nullptr);  // its client may not be active yet
    return false;
  }
  wire.foreign = foreign;
  return true;
}

std::vector<std::string> JackWires::lines() const {
  std::vector<std::string> lines;
  for (const Wire& wire : wires_) {
    const std::string other = wire.foreign.empty() ? wire.plan.wanted + " (not there)" : wire.foreign;
    lines.push_back(wire.plan.name + (wire.intoUs ? " <- " : " -> ") + other);
  }
  return lines;
}

bool JackWires::disconnected(jack_port_id_t a, jack_port_id_t b) {
  jack_port_t* const one = jack_port_by_id(&client_, a);
  jack_port_t* const other = jack_port_by_id(&client_, b);
  bool cut = false;
  for (Wire& wire : wires_) {
    jack_port_t* const foreign = wire.connected.load();
    if (!foreign) continue;
    if ((one == wire.ours && other == foreign) || (other == wire.ours && one == foreign)) {
      wire.connected.store(nullptr);
      wire.cut.store(true);
      cut = true;
    }
  }
  return cut;
}

void JackWires::registered(jack_port_id_t id) {
  const jack_port_t* const port = jack_port_by_id(&client_, id);
  const char* const name = port ? jack_port_name(port) : nullptr;
  if (!name) return;
  for (Wire& wire : wires_) {
    const bool leadsOurWay = ((jack_port_flags(port) & JackPortIsOutput) != 0) == wire.intoUs;
    if (leadsOurWay && !wire.connected.load() && std::string_view{name}.starts_with(wire.plan.wanted)) {
      wire.due.store(true);
    }
  }
}

}  // namespace antiphon

#endif
