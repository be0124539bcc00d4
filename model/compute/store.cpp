#include "model/compute/store.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#define ANTIPHON_MAPS 1
#else
#include <cstring>
#define ANTIPHON_MAPS 0
#endif

namespace antiphon::compute {
namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20;
constexpr std::size_t kSmallPage = std::size_t{4} << 10;

}  // namespace

Store::Store(std::size_t bytes) : size_{bytes} {
  if (bytes == 0) return;
#if ANTIPHON_MAPS
  const bool large = bytes >= kLargePage;
  takenSize_ = large ? (bytes + 2 * kLargePage - 1) / kLargePage * kLargePage : bytes;
  taken_ = ::mmap(nullptr, takenSize_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (taken_ == MAP_FAILED) {
    taken_ = nullptr;
    throw std::bad_alloc{};
  }
  auto begin = reinterpret_cast<std::uintptr_t>(taken_);
  if (large) begin = (begin + kLargePage - 1) / kLargePage * kLargePage;
  data_ = reinterpret_cast<std::byte*>(begin);
#if defined(MADV_HUGEPAGE)
  if (large) (void)::madvise(data_, size_, MADV_HUGEPAGE);  // a wish: small pages work as well
#endif
#else
  taken_ = ::operator new (bytes, std::align_val_t{kCacheLine});
  std::memset(taken_, 0, bytes);
  data_ = static_cast<std::byte*>(taken_);
#endif
}

void Store::touch(std::size_t bytes) {
  for (const std::size_t end = std::min(bytes, size_); touched_ < end; touched_ += kSmallPage)
    *const_cast<volatile std::byte*>(data_ + touched_) = std::byte{0};
}

Store::~Store() {
  if (taken_ == nullptr) return;
#if ANTIPHON_MAPS
  (void)::munmap(taken_, takenSize_);
#else
  ::operator delete (taken_, std::align_val_t{kCacheLine});
#endif
}

void Store::swap(Store& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(touched_, other.touched_);
  std::swap(taken_, other.taken_);
  std::swap(takenSize_, other.takenSize_);
}

}  // namespace antiphon::compute
