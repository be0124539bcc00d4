// Numbers that are too small to be heard cost a hundred times as much as others: while this lives, they are nothing.
#pragma once

#if defined(__SSE2__) || defined(_M_X64)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <cstdint>
#endif

namespace antiphon::synth {

/// Realtime: yes.
class NoDenormals {
 public:
#if defined(__SSE2__) || defined(_M_X64)
  NoDenormals() : before_{_mm_getcsr()} { _mm_setcsr(before_ | 0x8040); }  // flush to zero, denormals are zero
  ~NoDenormals() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#elif defined(__aarch64__)
  NoDenormals() {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    asm volatile("msr fpcr, %0" ::"r"(before_ | (std::uint64_t{1} << 24)));
  }
  ~NoDenormals() { asm volatile("msr fpcr, %0" ::"r"(before_)); }

 private:
  std::uint64_t before_;
#else
  NoDenormals() {}
  ~NoDenormals() {}

 private:
#endif
  NoDenormals(const NoDenormals&) = delete;
  NoDenormals& operator=(const NoDenormals&) = delete;
};

}  // namespace antiphon::synth
