// Lets the synth voice what is sent: every message goes on to where it went before, and notes are played as well.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "bridge/steady_moments.hpp"
#include "scheduler/midi_sink.hpp"
#include "synth/engine.hpp"

namespace antiphon {

/// Each channel may have a module that is played. A message that finds no room in the synth's queue is counted; a key
/// that could not be let go is let go, with all others of its module, before the next message.
class SynthVoice final : public MidiSink {
 public:
  SynthVoice(MidiSink& onward, synth::Engine& engine, const SteadyMoments& moments)
      : onward_{onward}, engine_{engine}, moments_{moments} {}

  /// This module voices the channel (0 .. 15) from the next message on; NodeId{}: none does. What sounds on the one
  /// before is let go then. Any thread.
  void voice(std::uint8_t channel, synth::NodeId node) {
    wanted_.at(channel).store(node.value, std::memory_order_relaxed);
  }

  /// Realtime: yes.
  void send(const MidiMessage& message, Nanos when) override;
  /// Messages that found no room. Any thread.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Channel {
    synth::NodeId node{};
    bool hangs = false;  // a message that lets go was dropped
  };

  struct Moment {
    Nanos when{};
    std::optional<std::uint32_t> count{};
  };

  bool play(const Channel& channel, const synth::Gesture& gesture, const Moment& at);
  void letGo(Channel& channel, const Moment& at);

  MidiSink& onward_;
  synth::Engine& engine_;
  const SteadyMoments& moments_;
  std::array<std::atomic<std::uint64_t>, 16> wanted_{};
  std::array<Channel, 16> channels_{};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace antiphon
