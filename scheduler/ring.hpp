// A queue from one thread to one other that takes no memory and no lock after it is built.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace antiphon {

template <typename T>
class Ring {
  static_assert(std::is_trivially_copyable_v<T>, "it is copied in a real-time context");

 public:
  /// Room for at least so many.
  explicit Ring(std::size_t capacity) : items_(std::bit_ceil(capacity + 1)), mask_{items_.size() - 1} {}

  /// By the one that writes; false when it is full. Realtime: yes.
  bool push(const T& item) {
    const std::size_t end = end_.load(std::memory_order_relaxed), next = (end + 1) & mask_;
    if (next == begin_.load(std::memory_order_acquire)) return false;
    items_[end] = item;
    end_.store(next, std::memory_order_release);
    return true;
  }
  /// By the one that reads; false when it is empty. Realtime: yes.
  bool pop(T& item) {
    const std::size_t begin = begin_.load(std::memory_order_relaxed);
    if (begin == end_.load(std::memory_order_acquire)) return false;
    item = items_[begin];
    begin_.store((begin + 1) & mask_, std::memory_order_release);
    return true;
  }

 private:
  std::vector<T> items_;
  std::size_t mask_;
  alignas(64) std::atomic<std::size_t> begin_{0};
  alignas(64) std::atomic<std::size_t> end_{0};
};

}  // namespace antiphon
