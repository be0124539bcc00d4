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
      : onward_{onward}, engine_{engine}, moments_{moments} {
    for (auto& value : turned_) value.store(kUnturned, std::memory_order_relaxed);
  }

  /// This module voices the channel (0 .. 15) from the next message on; NodeId{}: none does. What sounds on the one
  /// before is let go then. Any thread.
  void voice(std::uint8_t channel, synth::NodeId node) {
    wanted_.at(channel).store(node.value, std::memory_order_relaxed);
  }

  /// Realtime: yes.
  void send(const MidiMessage& message, Nanos when) override;
  /// Calls `take(channel, number, position)`, 0 to 1, for every controller that was turned since the last time. By one
  /// ordinary thread.
  template <typename Take>
  void takeTurned(Take&& take) {
    if (!anyTurned_.exchange(false, std::memory_order_acquire)) return;
    for (std::size_t i = 0; i < turned_.size(); ++i) {
      const std::uint8_t value = turned_[i].exchange(kUnturned, std::memory_order_relaxed);
      if (value == kUnturned) continue;
      take(static_cast<std::uint8_t>(i / kControllers), static_cast<std::uint8_t>(i % kControllers), value / 127.0);
    }
  }

  /// Messages that found no room. Any thread.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kControllers = 120;  // the rest are orders
  static constexpr std::uint8_t kUnturned = 0xFF;
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
  // Of a knob that is turned only the latest matters, however fast.
  std::array<std::atomic<std::uint8_t>, 16 * kControllers> turned_{};
  std::atomic<bool> anyTurned_{false};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace antiphon
