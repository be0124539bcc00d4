// Connects the daemon to itself: for machines without MIDI, for demonstrations, for tests.
#pragma once

#include <mutex>

#include "bridge/midi_backend.hpp"
#include "bridge/player_thread.hpp"

namespace antiphon {

struct Loopback {
  MidiSink* listener = nullptr;       // hears what out() sends, on the player's thread; must be fit for real time
  MidiSink* clockListener = nullptr;  // hears what clockOut() sends, likewise
  bool outputBack = false;            // what out() sends comes in again at the player's inlet, as on a looped cable
};

class LoopbackBackend final : public MidiBackend {
 public:
  explicit LoopbackBackend(Loopback wiring = {});
  ~LoopbackBackend() override { stop(); }

  std::string_view name() const override { return "loopback"; }
  void start(MidiClient& client) override { thread_.start(client); }
  void stop() override { thread_.stop(); }
  MidiSink& out() override { return out_; }
  MidiSink& clockOut() override { return clockOut_; }
  void wake() override { thread_.wake(); }
  std::vector<std::string> tend() override { return {}; }
  std::vector<std::string> ports() const override;
  PortFaults faults() const override { return {thread_.dropped(), 0}; }

  /// As if a packet had come in by this inlet now. False when it was dropped. Any ordinary thread.
  bool inject(Inlet inlet, std::span<const std::uint8_t> packet);
  /// As if a port had gone away. Any thread.
  void losePort() { thread_.portLost(); }
  ThreadPriority priority() const { return thread_.priority(); }

 private:
  enum Feed : std::size_t { injected, looped, feedCount };

  class Out final : public MidiSink {
   public:
    Out(LoopbackBackend& owner, MidiSink* listener, bool back) : owner_{owner}, listener_{listener}, back_{back} {}
    void send(const MidiMessage& message, Nanos when) override;

   private:
    LoopbackBackend& owner_;
    MidiSink* listener_;
    bool back_;
  };

  PlayerThread thread_{feedCount};
  Out out_;
  Out clockOut_;
  std::mutex injecting_;  // one thread at a time feeds the inbox
};

}  // namespace antiphon
