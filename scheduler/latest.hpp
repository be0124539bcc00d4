// The latest value of something, from one thread to one other, where neither ever waits for the other.
#pragma once

#include <array>
#include <atomic>
#include <type_traits>

namespace antiphon {

/// Three places: one is being written, one is being read, and the third changes hands.
template <typename T>
class Latest {
  static_assert(std::is_trivially_copyable_v<T>, "it is copied in a real-time context");

 public:
  explicit Latest(const T& first = {}) { places_.fill({first}); }

  /// By the one that writes. Realtime: yes.
  void write(const T& value) {
    places_[writing_].value = value;
    writing_ = between_.exchange(writing_ | kFresh, std::memory_order_acq_rel) & kPlace;
  }
  /// By the one that reads. Realtime: yes.
  const T& read() {
    if ((between_.load(std::memory_order_relaxed) & kFresh) != 0)
      reading_ = between_.exchange(reading_, std::memory_order_acq_rel) & kPlace;
    return places_[reading_].value;
  }

 private:
  static constexpr unsigned kFresh = 4, kPlace = 3;
  struct alignas(64) Place {
    T value{};
  };

  std::array<Place, 3> places_{};
  alignas(64) unsigned writing_ = 0;
  alignas(64) unsigned reading_ = 1;
  alignas(64) std::atomic<unsigned> between_{2};
};

}  // namespace antiphon
