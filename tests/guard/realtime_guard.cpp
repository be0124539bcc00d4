#include "tests/guard/realtime_guard.hpp"

#include <atomic>

#include "scheduler/realtime_scope.hpp"

namespace antiphon::guard {
namespace {

std::atomic<std::uint64_t> allocations{0};
std::atomic<std::uint64_t> frees{0};
std::atomic<std::uint64_t> locks{0};

[[maybe_unused]] void count(std::atomic<std::uint64_t>& offence) {
  if (RealtimeScope::active()) offence.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

Offences offences() { return {allocations.load(), frees.load(), locks.load()}; }

#ifdef ANTIPHON_GUARD_OFF
bool watching() { return false; }
#else
bool watching() { return true; }
#endif

}  // namespace antiphon::guard

#ifndef ANTIPHON_GUARD_OFF

#include <dlfcn.h>
#include <pthread.h>

#include <cerrno>
#include <cstddef>

// The C library's own entry points, under the names that stay when malloc is replaced.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t size) {
  antiphon::guard::count(antiphon::guard::allocations);
  return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) {
  antiphon::guard::count(antiphon::guard::allocations);
  return __libc_calloc(number, size);
}

void* realloc(void* old, std::size_t size) {
  antiphon::guard::count(antiphon::guard::allocations);
  return __libc_realloc(old, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  antiphon::guard::count(antiphon::guard::allocations);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  antiphon::guard::count(antiphon::guard::allocations);
  *out = __libc_memalign(alignment, size);
  return *out == nullptr ? ENOMEM : 0;
}

void free(void* memory) {
  if (memory != nullptr) antiphon::guard::count(antiphon::guard::frees);
  __libc_free(memory);
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  using Lock = int (*)(pthread_mutex_t*);
  static std::atomic<Lock> next{nullptr};
  Lock lock = next.load(std::memory_order_acquire);
  if (lock == nullptr) {
    lock = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    next.store(lock, std::memory_order_release);
  }
  antiphon::guard::count(antiphon::guard::locks);
  return lock(mutex);
}
}

#endif
