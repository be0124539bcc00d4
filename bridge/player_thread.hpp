// The thread that performs, for MIDI systems that push their input by callback and send at once.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <thread>

#include "bridge/bell.hpp"
#include "bridge/midi_backend.hpp"
#include "bridge/packet_inbox.hpp"
#include "bridge/thread_priority.hpp"

namespace antiphon {

/// Gives a MidiClient its real-time context: what came in is handed over in order of time, what is due is sent, and
/// then the thread sleeps until the next due moment or the next packet.
class PlayerThread {
 public:
  /// Each feed is one callback thread's way in.
  explicit PlayerThread(std::size_t feeds) : inbox_{feeds} {}
  ~PlayerThread() { stop(); }

  /// From an ordinary thread. The client has to live until stop() has returned; what waits in the inbox from before is
  /// handed over first.
  void start(MidiClient& client);
  /// Lets the client say farewell and ends the thread.
  void stop();

  /// A packet arrived at `when` on the steady clock. False when it had to be dropped. One thread at a time for each
  /// feed. Realtime: yes.
  bool push(std::size_t feed, Inlet inlet, std::span<const std::uint8_t> packet, Nanos when) {
    const bool taken = inbox_.push(feed, inlet, packet, when);
    bell_.ring();
    return taken;
  }
  /// Has the client advance, whatever it said was due. Any thread. Realtime: yes.
  void wake() { bell_.ring(); }
  /// Has the client told that a port went away, before anything else. Any thread. Realtime: yes.
  void portLost() {
    lost_.store(true, std::memory_order_release);
    bell_.ring();
  }

  std::uint64_t dropped() const { return inbox_.dropped(); }
  /// What the system granted; means something once start() has returned.
  ThreadPriority priority() const { return priority_.load(std::memory_order_relaxed); }

 private:
  void run(MidiClient& client);
  /// One turn of the loop; answers when the next is due.
  Nanos perform(MidiClient& client);
  /// Moments given to the client never go back, though two callbacks' packets may cross on their way.
  Nanos ascend(Nanos when) { return last_ = std::max(last_, when); }

  PacketInbox inbox_;
  Bell bell_;
  std::atomic<bool> lost_{false};
  std::atomic<bool> leaving_{false};
  std::atomic<ThreadPriority> priority_{ThreadPriority::ordinary};
  Nanos last_{};
  std::thread thread_;
};

}  // namespace antiphon
