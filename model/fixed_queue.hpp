// A queue between two threads that never takes memory after it is built.
#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <cstddef>
#include <type_traits>

namespace antiphon {

/// One thread (or one real-time context) pushes, one pops. moodycamel's queue, used so that it cannot allocate.
template <typename T>
class FixedQueue {
  static_assert(std::is_trivially_copyable_v<T>, "it is copied in a real-time context");

 public:
  /// At least `capacity` find room, also while the reader stands inside a block.
  explicit FixedQueue(std::size_t capacity) : queue_{capacity + Queue::BLOCK_SIZE, 1, 0}, pushing_{queue_} {}

  /// False when it is full. Realtime: yes.
  bool push(const T& item) { return queue_.try_enqueue(pushing_, item); }
  /// False when it is empty. Realtime: yes.
  bool pop(T& item) { return queue_.try_dequeue_from_producer(pushing_, item); }

 private:
  using Queue = moodycamel::ConcurrentQueue<T>;
  Queue queue_;
  moodycamel::ProducerToken pushing_;
};

}  // namespace antiphon
