// MIDI through JACK, exact to the frame.
#pragma once

#if defined(ANTIPHON_HAVE_JACK)

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/jack_outlet.hpp"
#include "bridge/jack_ports.hpp"
#include "bridge/midi_backend.hpp"
#include "bridge/silent_sink.hpp"

namespace antiphon {

class JackSession;

/// Waits for the server when it goes away, and plays on when it is back.
class JackBackend final : public MidiBackend {
 public:
  explicit JackBackend(PortNames names);
  ~JackBackend() override;

  std::string_view name() const override { return "jack"; }
  void start(MidiClient& client) override;
  void stop() override;
  MidiSink& out() override { return out_; }
  MidiSink& clockOut() override;
  void wake() override {}  // every cycle advances
  std::vector<std::string> tend() override;
  std::vector<std::string> ports() const override;
  PortFaults faults() const override;

 private:
  std::vector<std::string> reconnect();

  PortNames names_;
  JackPortPlan plan_{};  // made at the start; a server that returns finds the same ports again
  MidiClient* client_ = nullptr;
  JackOutlet out_;
  JackOutlet clockOut_;
  SilentSink silence_;
  std::atomic<std::uint64_t> inputDropped_{0};
  std::unique_ptr<JackSession> session_;
  Nanos lastMoment_{};
};

}  // namespace antiphon

#endif
