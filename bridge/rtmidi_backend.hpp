// MIDI through RtMidi: ALSA on Linux, CoreMIDI on macOS, WinMM on Windows.
#pragma once

#if defined(ANTIPHON_HAVE_RTMIDI)

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bridge/midi_backend.hpp"
#include "bridge/player_thread.hpp"
#include "bridge/rtmidi_port.hpp"
#include "bridge/silent_sink.hpp"

namespace antiphon {

/// A MIDI system as RtMidi reaches it.
struct RtMidiSystem {
  std::string name;  // what --backend calls it
  RtMidi::Api api;
  bool createsPorts;  // can offer ports of our own, which other programs connect to
};

/// The systems that our back-end names stand for, whether this RtMidi was built with them or not.
std::span<const RtMidiSystem> rtMidiSystems();
bool builtIn(const RtMidiSystem& system);
/// Why the system cannot be used on this machine, in one sentence; nothing when it can.
std::optional<std::string> refusal(const RtMidiSystem& system);

class RtMidiBackend final : public MidiBackend {
 public:
  RtMidiBackend(RtMidiSystem system, PortNames names);
  ~RtMidiBackend() override { stop(); }

  std::string_view name() const override { return system_.name; }
  void start(MidiClient& client) override;
  void stop() override;
  MidiSink& out() override { return out_; }
  MidiSink& clockOut() override;
  void wake() override { thread_.wake(); }
  std::vector<std::string> tend() override;
  std::vector<std::string> ports() const override;
  PortFaults faults() const override;
  ThreadPriority priority() const { return thread_.priority(); }

 private:
  enum class Way { in, out };
  /// One of our ports and what became of it.
  struct Door {
    RtMidiPort& port;
    Way way;
    const char* role;       // how ports() calls it
    std::string wanted;     // the name the player gave
    std::string foreign{};  // the port of others that it was opened on; empty: one of our own
    bool open = false;
  };

  void open(Door& door);
  void tend(Door& door, std::vector<std::string>& news);
  /// What others offer; the names of our own ports are blank.
  std::vector<std::string> othersPorts(Way way);

  RtMidiSystem system_;
  PortNames names_;
  PlayerThread thread_;
  RtMidiInPort clockIn_;
  RtMidiInPort in_;
  RtMidiOutPort out_;
  RtMidiOutPort clockOut_;
  SilentSink silence_;
  std::vector<Door> doors_;

  // These only look at what ports there are.
  RtMidiComplaints ignored_;
  std::unique_ptr<RtMidiIn> inScout_;
  std::unique_ptr<RtMidiOut> outScout_;
};

}  // namespace antiphon

#endif
