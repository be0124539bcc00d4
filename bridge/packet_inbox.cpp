#include "bridge/packet_inbox.hpp"

#include <concurrentqueue/concurrentqueue.h>
#include <algorithm>

namespace antiphon {
namespace {

/// A whole number of blocks, and an index that holds them all: then try_enqueue never allocates.
struct Capacity : moodycamel::ConcurrentQueueDefaultTraits {
  static const std::size_t BLOCK_SIZE = 64;
  static const std::size_t EXPLICIT_INITIAL_INDEX_SIZE = PacketInbox::kPacketsAFeed / BLOCK_SIZE;
};

constexpr std::array<std::uint8_t, 2> kEmptySysex{0xF0, 0xF7};

}  // namespace

/// Each has a queue of its own, so that a flood of notes takes no room from the clock.
struct PacketInbox::Feed {
  moodycamel::ConcurrentQueue<Packet, Capacity> packets{kPacketsAFeed};
  moodycamel::ProducerToken token{packets};
  Packet head{};  // the reader's: taken out of the queue, its turn has not come
  bool hasHead = false;
};

PacketInbox::PacketInbox(std::size_t feeds) {
  for (std::size_t i = 0; i < feeds; ++i) feeds_.push_back(std::make_unique<Feed>());
}

PacketInbox::~PacketInbox() = default;

bool PacketInbox::push(std::size_t feed, Inlet inlet, std::span<const std::uint8_t> bytes, Nanos when) {
  if (bytes.size() > Packet::kMostBytes) bytes = kEmptySysex;
  Packet packet{when, inlet, static_cast<std::uint8_t>(bytes.size()), {}};
  std::copy(bytes.begin(), bytes.end(), packet.bytes.begin());
  if (feeds_[feed]->packets.try_enqueue(feeds_[feed]->token, packet)) return true;
  dropped_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

bool PacketInbox::take(Packet& packet) {
  Feed* first = nullptr;
  for (const auto& feed : feeds_) {
    if (!feed->hasHead) feed->hasHead = feed->packets.try_dequeue_from_producer(feed->token, feed->head);
    if (!feed->hasHead) continue;
    const bool earlier =
        !first || feed->head.when < first->head.when ||
        (feed->head.when == first->head.when && feed->head.inlet == Inlet::clock && first->head.inlet != Inlet::clock);
    if (earlier) first = feed.get();
  }
  if (!first) return false;
  packet = first->head;
  first->hasHead = false;
  return true;
}

}  // namespace antiphon
