// Memory for weights and for what a model remembers: a reading of all of it every few milliseconds is what playing
// costs, and pages of 2 MB instead of 4 KB make that reading up to a third faster.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace antiphon::compute {

inline constexpr std::size_t kCacheLine = 64;

/// Asks for a line that others have read, so that it is this core's alone by the time it is written to.
inline void reclaim(const void* line) {
#if defined(__x86_64__) || defined(_M_X64)
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(line)));  // the builtin would only ask to read
#else
  __builtin_prefetch(line, 1);
#endif
}

/// Storage that begins on a cache line, so that no vector straddles two.
template <typename T>
struct OnCacheLine {
  using value_type = T;
  static constexpr std::align_val_t kLine{kCacheLine};

  OnCacheLine() = default;
  template <typename U>
  constexpr OnCacheLine(const OnCacheLine<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), kLine)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, kLine); }
  template <typename U>
  friend constexpr bool operator==(const OnCacheLine&, const OnCacheLine<U>&) {
    return true;
  }
};
template <typename T>
using Aligned = std::vector<T, OnCacheLine<T>>;
using Floats = Aligned<float>;

/// A large stretch of memory, zero at first, that the system backs with large pages where it can. What was never
/// touched takes up no memory, as far as the system allows.
class Store {
 public:
  Store() = default;
  /// Throws std::bad_alloc.
  explicit Store(std::size_t bytes);
  ~Store();
  Store(Store&& other) noexcept { swap(other); }
  Store& operator=(Store&& other) noexcept {
    swap(other);
    return *this;
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  /// Takes up the first so many bytes, as far as that has not been done: what is written there later waits for no page
  /// to be found and wiped. They are zero then; so before anything is written there, and little by little.
  void touch(std::size_t bytes);

 private:
  void swap(Store& other) noexcept;

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t touched_ = 0;
  void* taken_ = nullptr;
  std::size_t takenSize_ = 0;
};

}  // namespace antiphon::compute
