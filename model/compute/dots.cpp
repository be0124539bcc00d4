#include "model/compute/dots.hpp"

namespace antiphon::compute::dots {
namespace {

bool isAllowed = true;

}  // namespace

void allow(bool allowed) { isAllowed = allowed; }

bool allowed() {
  static const bool are = there();
  return are && isAllowed;
}

}  // namespace antiphon::compute::dots

#if (defined(__x86_64__) || defined(_M_X64)) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#define ANTIPHON_DOTS __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")))
#define ANTIPHON_DOTS_INLINE ANTIPHON_DOTS __attribute__((always_inline)) inline

#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC 12 takes its own "undefined" vectors for forgotten ones
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace antiphon::compute::dots {
namespace {

constexpr std::size_t kVectors = kStepBytes / 64;
constexpr std::size_t at(int index) { return static_cast<std::size_t>(index); }

ANTIPHON_DOTS_INLINE __m512i dot(__m512i sum, __m512i weights, __m512i input) {
  // GCC 12 copies the sum there and back around its own builtin.
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(weights), "v"(input));
  return sum;
}

ANTIPHON_DOTS_INLINE __m512i everywhere(const void* four) {
  std::int32_t bits;
  std::memcpy(&bits, four, sizeof bits);
  return _mm512_set1_epi32(bits);
}

/// What a group's sums come to, for each row: two halves of 16 bits in int8, where the upper one counts 256 times.
template <std::size_t rows, std::size_t vectors>
struct Group {
  __m512i upper[rows][vectors];
  __m512i lower[rows][vectors];
};

/// Where a vector's weights lie, and its scales, when panels are read side by side, so many bytes from each other.
ANTIPHON_DOTS_INLINE const std::byte* vectorAt(const std::byte* w, std::size_t v, std::size_t apart) {
  return w + v / kVectors * apart + v % kVectors * 64;
}
ANTIPHON_DOTS_INLINE const std::byte* scalesAt(const std::byte* scales, std::size_t v, std::size_t apart) {
  return scales + v / kVectors * apart + v % kVectors * 32;
}

/// Fetches what will be wanted so many bytes from here on; 0: nothing.
template <std::size_t vectors>
ANTIPHON_DOTS_INLINE void fetchAhead(const std::byte* w, std::size_t apart, std::size_t ahead) {
  if (ahead == 0) return;
#pragma GCC unroll 4
  for (std::size_t v = 0; v < vectors; ++v)
    _mm_prefetch(reinterpret_cast<const char*>(vectorAt(w, v, apart) + ahead), _MM_HINT_T0);
}

/// Every sum begins with what the + 128 or + 8 of the weights will have added too much.
template <std::size_t rows, std::size_t vectors>
ANTIPHON_DOTS_INLINE void beginSums(const InputView& in, std::size_t row, std::size_t group, std::int32_t middle,
                                    Group<rows, vectors>& sums) {
#pragma GCC unroll 4
  for (std::size_t r = 0; r < rows; ++r) {
    const __m512i begin = _mm512_set1_epi32(-middle * in.sums[(row + r) * in.groupStride + group]);
#pragma GCC unroll 4
    for (std::size_t v = 0; v < vectors; ++v) sums.upper[r][v] = _mm512_setzero_si512(), sums.lower[r][v] = begin;
  }
}

template <std::size_t rows, std::size_t vectors>
ANTIPHON_DOTS_INLINE void fine(const std::byte* w, std::size_t apart, std::size_t steps, const InputView& in,
                               std::size_t row, std::size_t group, std::size_t ahead, Group<rows, vectors>& sums) {
  constexpr auto inGroup = static_cast<std::size_t>(groupOf(Format::int8));
  const std::int16_t* input = in.whole + row * in.stride + group * inGroup;
  beginSums(in, row, group, 128, sums);
#pragma GCC unroll 1
  for (std::size_t step = 0; step < steps; ++step, w += kStepBytes) {
    fetchAhead<vectors>(w, apart, ahead);
#pragma GCC unroll 4
    for (std::size_t v = 0; v < vectors; ++v) {
      const __m512i four = _mm512_load_si512(vectorAt(w, v, apart));
#pragma GCC unroll 4
      for (std::size_t r = 0; r < rows; ++r) {
        const std::int16_t* x = input + r * in.stride + step * 4;
        sums.upper[r][v] = dot(sums.upper[r][v], four, everywhere(x));
        sums.lower[r][v] = dot(sums.lower[r][v], four, everywhere(x + 2));
      }
    }
  }
}

template <std::size_t rows, std::size_t vectors>
ANTIPHON_DOTS_INLINE void coarse(const std::byte* w, std::size_t apart, std::size_t steps, const InputView& in,
                                 std::size_t row, std::size_t group, std::size_t ahead, Group<rows, vectors>& sums) {
  constexpr auto inGroup = static_cast<std::size_t>(groupOf(Format::q4));
  const std::int8_t* input = in.coarse + row * in.stride + group * inGroup;
  const __m512i nibbles = _mm512_set1_epi8(15);
  beginSums(in, row, group, 8, sums);
#pragma GCC unroll 1
  for (std::size_t step = 0; step < steps; ++step, w += kStepBytes) {
    fetchAhead<vectors>(w, apart, ahead);
#pragma GCC unroll 4
    for (std::size_t v = 0; v < vectors; ++v) {
      const __m512i eight = _mm512_load_si512(vectorAt(w, v, apart));
      const __m512i first = _mm512_and_si512(eight, nibbles);
      const __m512i second = _mm512_and_si512(_mm512_srli_epi32(eight, 4), nibbles);
#pragma GCC unroll 4
      for (std::size_t r = 0; r < rows; ++r) {
        const std::int8_t* x = input + r * in.stride + step * 8;
        sums.lower[r][v] = dot(sums.lower[r][v], first, everywhere(x));
        sums.upper[r][v] = dot(sums.upper[r][v], second, everywhere(x + 4));
      }
    }
  }
}

/// Of 32 whole numbers, four by four, the upper bytes and then the lower ones.
ANTIPHON_DOTS_INLINE __m512i splitInTwo(__m512i first, __m512i second) {
  const __m512i order = _mm512_broadcast_i32x4(_mm_setr_epi8(1, 5, 3, 7, 0, 4, 2, 6, 9, 13, 11, 15, 8, 12, 10, 14));
  const __m512i x =
      _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtsepi32_epi16(first)), _mm512_cvtsepi32_epi16(second), 1);
  const __m512i raised = _mm512_add_epi16(x, _mm512_set1_epi16(128));
  return _mm512_shuffle_epi8(_mm512_mask_blend_epi8(0xAAAAAAAAAAAAAAAAull, x, raised), order);
}

ANTIPHON_DOTS_INLINE void roundGroup(const float* in, std::int16_t* whole, float& scale, std::int32_t& sum) {
  __m512 x[4];
  __m512i rounded[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) x[i] = _mm512_loadu_ps(in + i * 16);
  const __m512 loudest = _mm512_max_ps(_mm512_max_ps(_mm512_abs_ps(x[0]), _mm512_abs_ps(x[1])),
                                       _mm512_max_ps(_mm512_abs_ps(x[2]), _mm512_abs_ps(x[3])));
  const float top = _mm512_reduce_max_ps(loudest);
  const __m512 inverse = _mm512_set1_ps(top > 0 ? kFinest / top : 0.0f);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) rounded[i] = _mm512_cvtps_epi32(_mm512_mul_ps(x[i], inverse));
  _mm512_storeu_si512(whole, splitInTwo(rounded[0], rounded[1]));
  _mm512_storeu_si512(whole + 32, splitInTwo(rounded[2], rounded[3]));
  scale = top / kFinest;
  sum = _mm512_reduce_add_epi32(
      _mm512_add_epi32(_mm512_add_epi32(rounded[0], rounded[1]), _mm512_add_epi32(rounded[2], rounded[3])));
}

template <std::size_t rows, std::size_t vectors>
struct Sums {
  __m512 of[rows][vectors];
};

template <std::size_t rows, std::size_t vectors>
ANTIPHON_DOTS_INLINE void clear(Sums<rows, vectors>& sums) {
#pragma GCC unroll 4
  for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < vectors; ++v) sums.of[r][v] = _mm512_setzero_ps();
  }
}

/// A panel that lies at `w`; with `together` 2 the next one as well.
template <Format format, std::size_t rows, std::size_t together>
ANTIPHON_DOTS_INLINE void panel(int depth, const std::byte* w, const InputView& in, std::size_t row, float* out,
                                std::size_t outStride, std::size_t outputs, std::size_t ahead) {
  constexpr std::size_t vectors = kVectors * together;
  const std::size_t apart = panelBytes(format, depth);
  Sums<rows, vectors> sums;
  clear(sums);
  std::size_t left = at(stepsFor(format, depth));
#pragma GCC unroll 1
  for (std::size_t g = 0; left > 0; ++g) {
    const std::size_t steps = std::min(left, at(stepsInGroup(format)));
    Group<rows, vectors> whole;
    if constexpr (format == Format::int8) fine(w, apart, steps, in, row, g, ahead, whole);
    else coarse(w, apart, steps, in, row, g, ahead, whole);
    w += steps * kStepBytes;
#pragma GCC unroll 4
    for (std::size_t v = 0; v < vectors; ++v) {
      const __m256i bits = _mm256_load_si256(reinterpret_cast<const __m256i*>(scalesAt(w, v, apart)));
      const __m512 scale = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
#pragma GCC unroll 4
      for (std::size_t r = 0; r < rows; ++r) {
        const __m512 both = _mm512_mul_ps(scale, _mm512_set1_ps(in.scales[(row + r) * in.groupStride + g]));
        const __m512i upper = format == Format::int8 ? _mm512_slli_epi32(whole.upper[r][v], 8) : whole.upper[r][v];
        const __m512 all = _mm512_cvtepi32_ps(_mm512_add_epi32(upper, whole.lower[r][v]));
        sums.of[r][v] = _mm512_fmadd_ps(all, both, sums.of[r][v]);
      }
    }
    w += scaleBytes(format);
    left -= steps;
  }
#pragma GCC unroll 4
  for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < vectors; ++v) {
      if (outputs <= v * 16) continue;  // the last panel of a matrix may have fewer
      const auto some = static_cast<__mmask16>((1u << std::min<std::size_t>(16, outputs - v * 16)) - 1);
      _mm512_mask_storeu_ps(out + (row + r) * outStride + v * 16, some, sums.of[r][v]);
    }
  }
}

template <Format format>
ANTIPHON_DOTS void panelsOf(const Packed& matrix, int first, int count, const InputView& in, float* out,
                            std::size_t outStride, Foresight foresight) {
  const int depth = matrix.depth;
  const std::size_t rows = at(in.count), ahead = aheadOf(foresight);
  int p = first;
  const auto w = [&] { return matrix.data + at(p) * panelBytes(format, depth); };
  const auto outputs = [&] { return at(matrix.outputs - p * kPanel); };
  // A single row waits for its weights, and two streams of them come faster than one.
  for (; rows == 1 && p + 2 <= first + count; p += 2)
    panel<format, 1, 2>(depth, w(), in, 0, out + at(p) * kPanel, outStride, outputs(), ahead);
  for (; p < first + count; ++p) {
    float* to = out + at(p) * kPanel;
    std::size_t row = 0;
    for (; row + 4 <= rows; row += 4) panel<format, 4, 1>(depth, w(), in, row, to, outStride, outputs(), ahead);
    for (; row < rows; ++row) panel<format, 1, 1>(depth, w(), in, row, to, outStride, outputs(), ahead);
  }
}

}  // namespace

bool there() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("fma");
}

ANTIPHON_DOTS void roundFinely(const float* in, int depth, std::int16_t* whole, float* scales, std::int32_t* sums) {
  constexpr int group = groupOf(Format::int8);
  alignas(64) float some[group];
  for (; depth > 0; in += group, depth -= group, whole += group) {
    if (depth < group) {
      std::fill_n(some, group, 0.0f);
      std::copy_n(in, depth, some);
      in = some;
    }
    roundGroup(in, whole, *scales++, *sums++);
  }
}

void multiply(const Packed& matrix, int first, int count, const InputView& in, float* out, std::size_t outStride,
              Foresight foresight) {
  if (matrix.format == Format::int8) panelsOf<Format::int8>(matrix, first, count, in, out, outStride, foresight);
  else panelsOf<Format::q4>(matrix, first, count, in, out, outStride, foresight);
}

}  // namespace antiphon::compute::dots

#else

namespace antiphon::compute::dots {

bool there() { return false; }
void roundFinely(const float*, int, std::int16_t*, float*, std::int32_t*) {}
void multiply(const Packed&, int, int, const InputView&, float*, std::size_t, Foresight) {}

}  // namespace antiphon::compute::dots

#endif
