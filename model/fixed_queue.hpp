// A queue between two threads that never takes memory after it is built.
#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <cstddef>
#include <type_traits>

namespace antiphon {

/// One thread (or one real-time context) pushes, one pops. moodycamel's queue, with its blocks and its index of blocks
/// taken at once: by default the index has room for 32 blocks, and a push without allocation would fail beyond them.
template <typename T>
class FixedQueue {
  static_assert(std::is_trivially_copyable_v<T>, "it is copied in a real-time context");

 public:
  /// At least `capacity` find room.
  explicit FixedQueue(std::size_t capacity) : queue_{capacity + Traits::BLOCK_SIZE, 1, 0}, pushing_{queue_} {}

  /// False when it is full. Realtime: yes.
  bool push(const T& item) { return queue_.try_enqueue(pushing_, item); }
  /// False when it is empty. Realtime: yes.
  bool pop(T& item) { return queue_.try_dequeue_from_producer(pushing_, item); }

 private:
  struct Traits : moodycamel::ConcurrentQueueDefaultTraits {
    static const std::size_t BLOCK_SIZE = 256;
    static const std::size_t EXPLICIT_INITIAL_INDEX_SIZE = 2048;  // half a million items
  };

  moodycamel::ConcurrentQueue<T, Traits> queue_;
  moodycamel::ProducerToken pushing_;
};

}  // namespace antiphon
