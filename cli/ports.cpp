// antiphon ports: what there is to play on.
#include <cstdio>

#include "bridge/midi_systems.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/port_list.hpp"

namespace antiphon {
namespace {

void list(std::string& text, const char* title, const std::vector<std::string>& ports) {
  text += std::string{"  "} + title + (ports.empty() ? ": none\n" : ":\n");
  for (const auto& port : ports) text += "    " + port + "\n";
}

}  // namespace

std::string portList() {
  std::string text;
  for (const MidiSystem& system : surveyMidiSystems()) {
    text += system.name;
    if (!system.available) {
      text += ": " + (system.why.empty() ? std::string{"not available"} : system.why) + "\n";
      continue;
    }
    text += ": available\n";
    if (system.name == "loopback") continue;
    list(text, "inputs, for --in and --clock-in", system.inputs);
    list(text, "outputs, for --out", system.outputs);
  }
  return text;
}

Action addPorts(CLI::App& app) {
  app.add_subcommand("ports", "List the MIDI systems of this machine and their ports");
  return [] {
    std::fputs(portList().c_str(), stdout);
    return kExitOk;
  };
}

}  // namespace antiphon
