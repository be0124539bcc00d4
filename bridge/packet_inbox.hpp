// Carries packets from the MIDI systems' callbacks to the one thread that performs.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "bridge/midi_backend.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

struct Packet {
  static constexpr std::size_t kMostBytes = 14;  // fills up 24 bytes; the longest message has three

  Nanos when{};
  Inlet inlet = Inlet::player;
  std::uint8_t size = 0;
  std::array<std::uint8_t, kMostBytes> bytes{};

  std::span<const std::uint8_t> view() const { return {bytes.data(), size}; }
};

/// Several feeds lead in, one reader takes the packets out in order of time. Everything is allocated at the start.
class PacketInbox {
 public:
  static constexpr std::size_t kPacketsAFeed = 4096;  // up to a block of 64 less, as the reader stands inside one

  explicit PacketInbox(std::size_t feeds);
  ~PacketInbox();
  PacketInbox(const PacketInbox&) = delete;
  PacketInbox& operator=(const PacketInbox&) = delete;

  /// False when the feed is full: the packet is dropped and counted. One thread at a time for each feed. A packet too
  /// long to be carried can only be system exclusive, which nobody here has a use for, so an empty one goes in its
  /// place: it is counted where all others are. Realtime: yes.
  bool push(std::size_t feed, Inlet inlet, std::span<const std::uint8_t> bytes, Nanos when);

  /// Takes the earliest packet that waits; of equals, those of the clock first, and those of one feed in their order.
  /// False when nothing waits. Realtime: yes.
  bool take(Packet& packet);

  /// Packets that found their feed full. Any thread. Realtime: yes.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Feed;

  std::vector<std::unique_ptr<Feed>> feeds_;
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace antiphon
