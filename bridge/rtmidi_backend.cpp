#if defined(ANTIPHON_HAVE_RTMIDI)

#include "bridge/rtmidi_backend.hpp"

#include <algorithm>
#include <utility>

#include "bridge/port_matching.hpp"

#if defined(__linux__)
#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#endif

namespace antiphon {
namespace {

enum Feed : std::size_t { clockFeed, playerFeed, feedCount };

/// Why there is no ALSA; empty when there is. Looked for by hand, because ALSA's library and RtMidi both print when the
/// sequencer is missing.
std::string alsaRefusal() {
#if defined(__linux__)
  const int device = ::open("/dev/snd/seq", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device >= 0) {
    ::close(device);
    return {};
  }
  if (errno == EACCES || errno == EPERM) {
    return "/dev/snd/seq may not be opened: `sudo adduser $USER audio` and a new login allow it";
  }
  if (errno == ENOENT || errno == ENODEV || errno == ENXIO) {
    return "there is no ALSA sequencer (/dev/snd/seq); where the kernel has one, `sudo modprobe snd-seq` loads it";
  }
  return std::string{"/dev/snd/seq cannot be opened: "} + std::strerror(errno);
#else
  return {};
#endif
}

/// RtMidi reads ALSA on a thread of its own; the other systems call from threads that they have raised themselves.
bool readerIsOrdinary(const RtMidiSystem& system) { return system.api == RtMidi::LINUX_ALSA; }

std::string wayIn(bool in) { return in ? "MIDI input" : "MIDI output"; }

}  // namespace

std::span<const RtMidiSystem> rtMidiSystems() {
  static const std::array<RtMidiSystem, 3> systems{RtMidiSystem{"alsa", RtMidi::LINUX_ALSA, true},
                                                   RtMidiSystem{"coremidi", RtMidi::MACOSX_CORE, true},
                                                   RtMidiSystem{"winmm", RtMidi::WINDOWS_MM, false}};
  return systems;
}

bool builtIn(const RtMidiSystem& system) {
  std::vector<RtMidi::Api> apis;
  RtMidi::getCompiledApi(apis);
  return std::find(apis.begin(), apis.end(), system.api) != apis.end();
}

std::optional<std::string> refusal(const RtMidiSystem& system) {
  if (!builtIn(system)) {
    switch (system.api) {
      case RtMidi::MACOSX_CORE: return "CoreMIDI is a part of macOS";
      case RtMidi::WINDOWS_MM: return "WinMM is a part of Windows";
      default: return "this build of RtMidi does not know it";
    }
  }
  if (system.api == RtMidi::LINUX_ALSA) {
    if (std::string reason = alsaRefusal(); !reason.empty()) return reason;
  }
  try {
    makeRtMidiIn(system.api);
  } catch (const PortError& error) {
    return error.what();
  }
  return std::nullopt;
}

RtMidiBackend::RtMidiBackend(RtMidiSystem system, PortNames names)
    : system_{std::move(system)},
      names_{std::move(names)},
      thread_{feedCount},
      clockIn_{{thread_, clockFeed, Inlet::clock, false, readerIsOrdinary(system_)}},
      in_{{thread_, playerFeed, Inlet::player, names_.in == names_.clockIn, readerIsOrdinary(system_)}} {}

void RtMidiBackend::start(MidiClient& client) {
  if (const auto reason = refusal(system_)) {
    throw PortError{"The back end " + system_.name + " cannot be used: " + *reason +
                    "; `antiphon ports` lists those that can."};
  }
  stop();
  inScout_ = makeRtMidiIn(system_.api);
  outScout_ = makeRtMidiOut(system_.api);
  ignored_.listenTo(*inScout_);
  ignored_.listenTo(*outScout_);

  // The clock first: when both have waited, its pulses should not be the later ones.
  if (names_.clockIn != names_.in) doors_.push_back({clockIn_, Way::in, "clock", names_.clockIn});
  doors_.push_back({in_, Way::in, names_.clockIn == names_.in ? "in and clock" : "in", names_.in});
  doors_.push_back({out_, Way::out, "out", names_.out});
  if (!names_.clockOut.empty() && names_.clockOut != names_.out) {
    doors_.push_back({clockOut_, Way::out, "clock out", names_.clockOut});
  }
  try {
    for (Door& door : doors_) open(door);
  } catch (...) {
    stop();
    throw;
  }
  thread_.start(client);
}

void RtMidiBackend::stop() {
  thread_.stop();  // first, so that the farewell still finds its port
  for (Door& door : doors_) door.port.close();
  doors_.clear();
  inScout_.reset();
  outScout_.reset();
}

MidiSink& RtMidiBackend::clockOut() {
  if (names_.clockOut.empty()) return silence_;
  return names_.clockOut == names_.out ? out_ : clockOut_;
}

std::vector<std::string> RtMidiBackend::othersPorts(Way way) {
  std::vector<std::string> names = way == Way::in ? portNames(*inScout_) : portNames(*outScout_);
  for (std::string& name : names) {
    // ALSA puts our client's name before the port's; CoreMIDI has the port's name alone.
    const bool ours = name.starts_with(std::string{kClientName} + ":") ||
                      std::any_of(doors_.begin(), doors_.end(), [&](const Door& door) {
                        return door.open && door.foreign.empty() && door.way != way && name == door.wanted;
                      });
    if (ours) name.clear();
  }
  return names;
}

void RtMidiBackend::open(Door& door) {
  const std::string what = wayIn(door.way == Way::in);
  const std::vector<std::string> others = othersPorts(door.way);
  try {
    if (const auto found = findPort(others, door.wanted)) {
      door.port.openForeign(system_.api, static_cast<unsigned>(*found), door.wanted);
      door.foreign = others[*found];
    } else if (system_.createsPorts) {
      door.port.openOwn(system_.api, door.wanted);
    } else {
      throw PortError{"there is none whose name begins so, and " + system_.name +
                      " cannot create one, though a program such as loopMIDI can"};
    }
  } catch (const PortError& error) {
    throw PortError{"The " + what + " \"" + door.wanted + "\" cannot be opened by " + system_.name + ": " +
                    error.what() + "; `antiphon ports` lists what there is."};
  }
  door.open = true;
}

std::vector<std::string> RtMidiBackend::tend() {
  std::vector<std::string> news;
  for (Door& door : doors_) {
    if (!door.foreign.empty()) tend(door, news);  // our own ports cannot go away
  }
  return news;
}

void RtMidiBackend::tend(Door& door, std::vector<std::string>& news) {
  const std::vector<std::string> others = othersPorts(door.way);
  const std::string what = wayIn(door.way == Way::in);
  if (door.open && std::find(others.begin(), others.end(), door.foreign) == others.end()) {
    door.port.close();
    door.open = false;
    thread_.portLost();
    news.push_back("The " + what + " \"" + door.foreign + "\" has gone; it will be opened again when it returns.");
  }
  if (door.open) return;
  // ALSA gives a port that returns a new number, so it is looked for by what the player called it.
  const auto found = findPort(others, door.wanted);
  if (!found) return;
  try {
    door.port.openForeign(system_.api, static_cast<unsigned>(*found), door.wanted);
  } catch (const PortError&) {
    return;  // perhaps not quite there yet: next time
  }
  door.foreign = others[*found];
  door.open = true;
  news.push_back("The " + what + " \"" + door.foreign + "\" has returned and is open again.");
}

std::vector<std::string> RtMidiBackend::ports() const {
  std::vector<std::string> lines;
  for (const Door& door : doors_) {
    const std::string state = door.foreign.empty() ? door.wanted + " (our own)"
                              : door.open          ? door.foreign
                                                   : door.foreign + " (gone)";
    lines.push_back(std::string{door.role} + ": " + state);
  }
  return lines;
}

PortFaults RtMidiBackend::faults() const { return {thread_.dropped(), out_.dropped() + clockOut_.dropped()}; }

}  // namespace antiphon

#endif
