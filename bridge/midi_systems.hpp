// Which MIDI systems there are, and a back end for each.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/midi_backend.hpp"

namespace antiphon {

/// What `antiphon ports` and `antiphon doctor` tell about a MIDI system.
struct MidiSystem {
  std::string name;  // as --backend takes it
  bool builtIn = false;
  bool available = false;              // on this machine, now
  std::string why{};                   // why not, in one sentence
  std::string detail{};                // what a doctor wants to know: sample rate, period
  std::vector<std::string> inputs{};   // ports of others that --in and --clock-in can name
  std::vector<std::string> outputs{};  // ports of others that --out can name
};

/// What --backend takes, beginning with "auto".
std::vector<std::string> backendNames();

/// Looks at every system, best first.
std::vector<MidiSystem> surveyMidiSystems();

/// Turns "auto" into the best system that is available: JACK, else the system's own, else loopback. Any other name is
/// its own answer. Throws PortError when there is no such back end, or not in this build.
std::string chooseBackend(std::string_view name);

/// The back end of this name, or "auto"; nothing is opened yet. Throws PortError as chooseBackend() does.
std::unique_ptr<MidiBackend> makeBackend(std::string_view name, const PortNames& ports);

}  // namespace antiphon
