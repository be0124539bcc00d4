#include "bridge/jack_ports.hpp"

#include "bridge/port_matching.hpp"

namespace antiphon {
namespace {

JackPort plan(const std::string& name, const std::string& defaultName, const std::vector<std::string>& others,
              const char* direction) {
  if (findPort(others, name)) return {defaultName, name};
  // JACK parts a client's name from its port's by a colon, so this was meant to be another client's port.
  if (name.find(':') != std::string::npos) {
    throw PortError{std::string{"There is no JACK MIDI "} + direction + " whose name begins with \"" + name +
                    "\"; `antiphon ports` lists what there is."};
  }
  if (name.empty()) {
    throw PortError{std::string{"The MIDI "} + direction + " needs a name, such as " + defaultName + "."};
  }
  return {name, {}};
}

void requireDifferent(const JackPort& one, const JackPort& other) {
  if (!one.name.empty() && one.name == other.name) {
    throw PortError{"Two of our JACK ports cannot both be called \"" + one.name + "\"; give one of them another name."};
  }
}

}  // namespace

JackPortPlan planJackPorts(const PortNames& names, const SeenPorts& others) {
  const PortNames defaults;
  JackPortPlan ports;
  ports.in = plan(names.in, defaults.in, others.inputs, "input");
  if (names.clockIn != names.in) ports.clockIn = plan(names.clockIn, defaults.clockIn, others.inputs, "input");
  ports.out = plan(names.out, defaults.out, others.outputs, "output");
  if (!names.clockOut.empty() && names.clockOut != names.out) {
    ports.clockOut = plan(names.clockOut, "ARIA_CLOCK_OUT", others.outputs, "output");
  }
  const JackPort* const all[] = {&ports.in, &ports.clockIn, &ports.out, &ports.clockOut};
  for (std::size_t i = 0; i < std::size(all); ++i) {
    for (std::size_t j = i + 1; j < std::size(all); ++j) requireDifferent(*all[i], *all[j]);
  }
  return ports;
}

}  // namespace antiphon
