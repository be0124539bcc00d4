// Products of matrices with rows, for one vector unit at a time (see kernels.cpp).
#if defined(ANTIPHON_PRODUCTS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_PRODUCTS_INL
#undef ANTIPHON_PRODUCTS_INL
#else
#define ANTIPHON_PRODUCTS_INL
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "model/compute/kernels.hpp"

#ifndef ANTIPHON_UNROLL
#if defined(__clang__)
#define ANTIPHON_UNROLL _Pragma("unroll")
#define ANTIPHON_ROLLED _Pragma("nounroll")
#elif defined(__GNUC__)
#define ANTIPHON_UNROLL _Pragma("GCC unroll 32")
#define ANTIPHON_ROLLED _Pragma("GCC unroll 1")  // unrolled, it would need more registers than there are
#else
#define ANTIPHON_UNROLL
#define ANTIPHON_ROLLED
#endif
#endif

HWY_BEFORE_NAMESPACE();
namespace antiphon::compute::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Sixteen lanes at most: a panel of 32 is at least two vectors, whatever the unit.
using Real = hn::CappedTag<float, 16>;
using Whole = hn::RebindToSigned<Real>;
using Pattern = hn::RebindToUnsigned<Real>;
using Reals = hn::Vec<Real>;
using Wholes = hn::Vec<Whole>;
using Patterns = hn::Vec<Pattern>;
constexpr std::size_t kLanes = hn::MaxLanes(Real());
constexpr std::size_t kVectors = kPanel / kLanes;

// AVX multiplies 16 bits by 16, or bytes without sign by bytes with, and adds neighbours, in one go. Elsewhere it is
// done one by one.
#undef ANTIPHON_PAIRS
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
#define ANTIPHON_PAIRS 1
#else
#define ANTIPHON_PAIRS 0
#endif

/// Two neighbours of an input row in every lane.
HWY_INLINE Patterns twoOf(const std::int16_t* input) {
  std::uint32_t two;
  std::memcpy(&two, input, sizeof two);
  return hn::Set(Pattern(), two);
}
/// Four.
HWY_INLINE Patterns fourOf(const std::int8_t* input) {
  std::uint32_t four;
  std::memcpy(&four, input, sizeof four);
  return hn::Set(Pattern(), four);
}

#if ANTIPHON_PAIRS
/// sum + the products of 16-bit neighbours.
HWY_INLINE Wholes addPairs(Wholes sum, Patterns weights, Patterns input) {
  const hn::Repartition<std::int16_t, Whole> halves;
  Wholes none = hn::Zero(Whole());
  return hn::ReorderWidenMulAccumulate(Whole(), hn::BitCast(halves, weights), hn::BitCast(halves, input), sum, none);
}
/// The upper byte of each 16 bits.
HWY_INLINE Patterns upperBytes(Patterns four) {
  const hn::Repartition<std::uint16_t, Pattern> halves;
  return hn::BitCast(Pattern(), hn::ShiftRight<8>(hn::BitCast(halves, four)));
}
/// Sums of two neighbours' products in 16 bits: the first without sign, the second with.
HWY_INLINE Patterns bytePairs(Patterns bare, Patterns sign) {
#if HWY_TARGET == HWY_AVX3
  return Patterns{_mm512_maddubs_epi16(bare.raw, sign.raw)};
#else
  return Patterns{_mm256_maddubs_epi16(bare.raw, sign.raw)};
#endif
}
HWY_INLINE Patterns addHalves(Patterns a, Patterns b) {
  const hn::Repartition<std::int16_t, Pattern> halves;
  return hn::BitCast(Pattern(), hn::Add(hn::BitCast(halves, a), hn::BitCast(halves, b)));
}
HWY_INLINE Wholes joinHalves(Wholes sum, Patterns halves) {
  return addPairs(sum, halves, hn::Set(Pattern(), 0x00010001u));
}
#else
HWY_INLINE Wholes addPairs(Wholes sum, Patterns weights, Patterns input) {
  const Wholes w = hn::BitCast(Whole(), weights), x = hn::BitCast(Whole(), input);
  const Wholes first = hn::Mul(hn::ShiftRight<16>(hn::ShiftLeft<16>(w)), hn::ShiftRight<16>(hn::ShiftLeft<16>(x)));
  return hn::Add(sum, hn::Add(first, hn::Mul(hn::ShiftRight<16>(w), hn::ShiftRight<16>(x))));
}
HWY_INLINE Patterns upperBytes(Patterns four) {
  return hn::And(hn::ShiftRight<8>(four), hn::Set(Pattern(), 0x00FF00FFu));
}
template <int index>
HWY_INLINE Wholes byteOf(Patterns four) {
  return hn::ShiftRight<24>(hn::ShiftLeft<24 - 8 * index>(hn::BitCast(Whole(), four)));
}
/// sum + the products of four neighbours.
HWY_INLINE Wholes addFours(Wholes sum, Patterns w, Patterns x) {
  const Wholes first = hn::Add(hn::Mul(byteOf<0>(w), byteOf<0>(x)), hn::Mul(byteOf<1>(w), byteOf<1>(x)));
  const Wholes second = hn::Add(hn::Mul(byteOf<2>(w), byteOf<2>(x)), hn::Mul(byteOf<3>(w), byteOf<3>(x)));
  return hn::Add(sum, hn::Add(first, second));
}
#endif

HWY_INLINE Patterns fourBytes(const std::byte* at) {
  return hn::Load(Pattern(), reinterpret_cast<const std::uint32_t*>(at));
}

HWY_INLINE Reals bf16At(const std::byte* at) {
  const hn::Rebind<std::uint16_t, Pattern> halves;
  const Patterns bits = hn::PromoteTo(Pattern(), hn::Load(halves, reinterpret_cast<const std::uint16_t*>(at)));
  return hn::BitCast(Real(), hn::ShiftLeft<16>(bits));
}

/// Writes a panel's sums; the last panel of a matrix may have fewer outputs.
HWY_INLINE void put(const Reals (&sums)[kVectors], float* to, std::size_t outputs) {
  if (outputs >= kPanel) {
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) hn::StoreU(sums[v], Real(), to + v * kLanes);
    return;
  }
  HWY_ALIGN float all[kPanel];
  ANTIPHON_UNROLL
  for (std::size_t v = 0; v < kVectors; ++v) hn::Store(sums[v], Real(), all + v * kLanes);
  std::copy_n(all, outputs, to);
}

// A model that does not fit into the caches is fetched this far ahead: the processor's own foresight stops at pages,
// and leaves a quarter of the bandwidth unused. In the caches it would only be in the way.
constexpr std::size_t kAhead = 1024;
HWY_INLINE void fetchAhead(const std::byte* w) {
  hwy::Prefetch(w + kAhead);
  hwy::Prefetch(w + kAhead + 64);
}

/// Every sum begins with what the + 128 or + 8 of the weights will have added too much.
template <std::size_t rows>
HWY_INLINE void beginSums(const InputView& in, std::size_t row, std::size_t group, std::int32_t middle,
                          Wholes (&sums)[rows][kVectors]) {
  ANTIPHON_UNROLL
  for (std::size_t r = 0; r < rows; ++r) {
    const Wholes begin = hn::Set(Whole(), -middle * in.sums[(row + r) * in.groupStride + group]);
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = begin;
  }
}

/// The whole-numbered sums of one group in int8.
template <bool far, std::size_t rows>
HWY_INLINE void groupSums(const std::byte* w, const InputView& in, std::size_t row, std::size_t group,
                          Wholes (&sums)[rows][kVectors]) {
  constexpr std::size_t inGroup = static_cast<std::size_t>(groupOf(Format::int8));
  const Patterns lower = hn::Set(Pattern(), 0x00FF00FFu);
  const std::int16_t* input = in.whole + row * in.stride + group * inGroup;
  beginSums<rows>(in, row, group, 128, sums);
  ANTIPHON_ROLLED
  for (std::size_t step = 0; step < inGroup / 4; ++step, w += kStepBytes) {
    if constexpr (far) fetchAhead(w);
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) {
      const Patterns four = fourBytes(w + v * kLanes * 4);
      const Patterns first = hn::And(four, lower), second = upperBytes(four);
      ANTIPHON_UNROLL
      for (std::size_t r = 0; r < rows; ++r) {
        const std::int16_t* x = input + r * in.stride + step * 4;
        sums[r][v] = addPairs(addPairs(sums[r][v], first, twoOf(x)), second, twoOf(x + 2));
      }
    }
  }
}

/// The same in q4.
template <bool far, std::size_t rows>
HWY_INLINE void coarseSums(const std::byte* w, const InputView& in, std::size_t row, std::size_t group,
                           Wholes (&sums)[rows][kVectors]) {
  constexpr std::size_t inGroup = static_cast<std::size_t>(groupOf(Format::q4));
  const Patterns lower = hn::Set(Pattern(), 0x0F0F0F0Fu);
  const std::int8_t* input = in.coarse + row * in.stride + group * inGroup;
  beginSums<rows>(in, row, group, 8, sums);
#if ANTIPHON_PAIRS
  // 16 bits hold a whole group: 8 pairs of at most 2 * 15 * 127.
  Patterns halves[rows][kVectors];
  ANTIPHON_UNROLL
  for (std::size_t r = 0; r < rows; ++r) {
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) halves[r][v] = hn::Zero(Pattern());
  }
#endif
  ANTIPHON_ROLLED
  for (std::size_t step = 0; step < inGroup / 8; ++step, w += kStepBytes) {
    if constexpr (far) fetchAhead(w);
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) {
      const Patterns eight = fourBytes(w + v * kLanes * 4);
      const Patterns first = hn::And(eight, lower), second = hn::And(hn::ShiftRight<4>(eight), lower);
      ANTIPHON_UNROLL
      for (std::size_t r = 0; r < rows; ++r) {
        const std::int8_t* x = input + r * in.stride + step * 8;
#if ANTIPHON_PAIRS
        halves[r][v] =
            addHalves(halves[r][v], addHalves(bytePairs(first, fourOf(x)), bytePairs(second, fourOf(x + 4))));
#else
        sums[r][v] = addFours(addFours(sums[r][v], first, fourOf(x)), second, fourOf(x + 4));
#endif
      }
    }
  }
#if ANTIPHON_PAIRS
  ANTIPHON_UNROLL
  for (std::size_t r = 0; r < rows; ++r) {
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = joinHalves(sums[r][v], halves[r][v]);
  }
#endif
}

/// One panel in int8 or q4.
template <Format format, bool far, std::size_t rows>
HWY_INLINE void wholePanel(const std::byte* w, int groups, const InputView& in, std::size_t row, float* out,
                           std::size_t outStride, std::size_t outputs) {
  Reals sums[rows][kVectors];
  ANTIPHON_UNROLL
  for (std::size_t r = 0; r < rows; ++r) {
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(Real());
  }
  for (std::size_t g = 0; g < static_cast<std::size_t>(groups); ++g, w += groupBytes(format)) {
    Wholes whole[rows][kVectors];
    if constexpr (format == Format::int8) groupSums<far, rows>(w, in, row, g, whole);
    else coarseSums<far, rows>(w, in, row, g, whole);
    const std::byte* scales = w + groupBytes(format) - kPanel * sizeof(std::uint16_t);
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) {
      const Reals scale = bf16At(scales + v * kLanes * 2);
      ANTIPHON_UNROLL
      for (std::size_t r = 0; r < rows; ++r) {
        const Reals both = hn::Mul(scale, hn::Set(Real(), in.scales[(row + r) * in.groupStride + g]));
        sums[r][v] = hn::MulAdd(hn::ConvertTo(Real(), whole[r][v]), both, sums[r][v]);
      }
    }
  }
  ANTIPHON_UNROLL
  for (std::size_t r = 0; r < rows; ++r) put(sums[r], out + (row + r) * outStride, outputs);
}

/// One panel in f32 or bf16.
template <Format format, bool far, std::size_t rows>
HWY_INLINE void realPanel(const std::byte* w, int groups, const InputView& in, std::size_t row, float* out,
                          std::size_t outStride, std::size_t outputs) {
  Reals sums[rows][kVectors];
  ANTIPHON_UNROLL
  for (std::size_t r = 0; r < rows; ++r) {
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(Real());
  }
  const Patterns upper = hn::Set(Pattern(), 0xFFFF0000u);
  const float* input = in.numbers + row * in.stride;
  for (std::size_t g = 0; g < static_cast<std::size_t>(groups); ++g) {
    if constexpr (far) fetchAhead(w);
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) {
      const Patterns four = fourBytes(w + v * kLanes * 4);
      ANTIPHON_UNROLL
      for (std::size_t r = 0; r < rows; ++r) {
        const float* x = input + r * in.stride;
        if constexpr (format == Format::f32) {
          sums[r][v] = hn::MulAdd(hn::BitCast(Real(), four), hn::Set(Real(), x[g]), sums[r][v]);
        } else {
          const Reals even = hn::BitCast(Real(), hn::ShiftLeft<16>(four)),
                      odd = hn::BitCast(Real(), hn::And(four, upper));
          sums[r][v] = hn::MulAdd(even, hn::Set(Real(), x[2 * g]), sums[r][v]);
          sums[r][v] = hn::MulAdd(odd, hn::Set(Real(), x[2 * g + 1]), sums[r][v]);
        }
      }
    }
    w += kStepBytes;
  }
  ANTIPHON_UNROLL
  for (std::size_t r = 0; r < rows; ++r) put(sums[r], out + (row + r) * outStride, outputs);
}

template <Format format, bool far, std::size_t rows>
HWY_INLINE void onePanel(const Packed& matrix, int panel, const InputView& in, std::size_t row, float* out,
                         std::size_t outStride) {
  const std::byte* w = matrix.data + static_cast<std::size_t>(panel) * panelBytes(format, matrix.depth);
  const int groups = groupsFor(format, matrix.depth), outputs = matrix.outputs - panel * kPanel;
  out += static_cast<std::size_t>(panel) * kPanel;
  if constexpr (hasScales(format))
    wholePanel<format, far, rows>(w, groups, in, row, out, outStride, static_cast<std::size_t>(outputs));
  else realPanel<format, far, rows>(w, groups, in, row, out, outStride, static_cast<std::size_t>(outputs));
}

/// A panel stays in the near cache while the rows pass by it, as many at a time as there are registers for.
template <Format format, bool far>
HWY_NOINLINE void panelsOf(const Packed& matrix, int first, int count, const InputView& in, float* out,
                           std::size_t outStride) {
  const auto rows = static_cast<std::size_t>(in.count);
  for (int panel = first; panel < first + count; ++panel) {
    constexpr std::size_t together = hasScales(format) ? 2 : 3;
    std::size_t row = 0;
    for (; row + together <= rows; row += together)
      onePanel<format, far, together>(matrix, panel, in, row, out, outStride);
    for (; row < rows; ++row) onePanel<format, far, 1>(matrix, panel, in, row, out, outStride);
  }
}

template <Format format>
HWY_INLINE void multiplyAs(const Packed& matrix, int first, int count, const InputView& in, float* out,
                           std::size_t outStride) {
  if (matrix.far) return panelsOf<format, true>(matrix, first, count, in, out, outStride);
  panelsOf<format, false>(matrix, first, count, in, out, outStride);
}

void multiply(const Packed& matrix, int first, int count, const InputView& in, float* out, std::size_t outStride) {
  switch (matrix.format) {
    case Format::f32: return multiplyAs<Format::f32>(matrix, first, count, in, out, outStride);
    case Format::bf16: return multiplyAs<Format::bf16>(matrix, first, count, in, out, outStride);
    case Format::int8: return multiplyAs<Format::int8>(matrix, first, count, in, out, outStride);
    case Format::q4: return multiplyAs<Format::q4>(matrix, first, count, in, out, outStride);
  }
}

template <Memory memory>
HWY_INLINE Reals rememberedAt(const std::byte* at) {
  if constexpr (memory == Memory::f32) {
    return hn::LoadU(Real(), reinterpret_cast<const float*>(at));
  } else {
    const hn::Rebind<hwy::float16_t, Real> halves;
    return hn::PromoteTo(Real(), hn::LoadU(halves, reinterpret_cast<const hwy::float16_t*>(at)));
  }
}

/// Some panels at once keep the vector unit busy: one alone would wait for its own sums.
template <Memory memory, std::size_t panels>
HWY_INLINE void lookBackAt(const std::byte* panel, std::size_t panelBytes, std::size_t depth, const float* in,
                           float* out, std::size_t outputs, bool add) {
  constexpr std::size_t kBytes = bytesOf(memory);
  Reals sums[panels][kVectors];
  ANTIPHON_UNROLL
  for (std::size_t p = 0; p < panels; ++p) {
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) sums[p][v] = hn::Zero(Real());
  }
  for (std::size_t k = 0; k < depth; ++k) {
    const Reals x = hn::Set(Real(), in[k]);
    ANTIPHON_UNROLL
    for (std::size_t p = 0; p < panels; ++p) {
      ANTIPHON_UNROLL
      for (std::size_t v = 0; v < kVectors; ++v) {
        const std::byte* at = panel + p * panelBytes + (k * kPanel + v * kLanes) * kBytes;
        sums[p][v] = hn::MulAdd(rememberedAt<memory>(at), x, sums[p][v]);
      }
    }
  }
  ANTIPHON_UNROLL
  for (std::size_t p = 0; p < panels; ++p) {
    HWY_ALIGN float all[kPanel];
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) hn::Store(sums[p][v], Real(), all + v * kLanes);
    const std::size_t count = std::min<std::size_t>(kPanel, outputs - p * kPanel);
    float* to = out + p * kPanel;
    for (std::size_t i = 0; i < count; ++i) to[i] = add ? to[i] + all[i] : all[i];
  }
}

template <Memory memory>
HWY_NOINLINE void lookBackIn(const std::byte* panels, std::size_t panelStride, std::size_t outputs, std::size_t depth,
                             const float* in, float* out, bool add) {
  const std::size_t apart = panelStride * bytesOf(memory), count = (outputs + kPanel - 1) / kPanel;
  std::size_t p = 0;
  for (; p + 2 <= count; p += 2)
    lookBackAt<memory, 2>(panels + p * apart, apart, depth, in, out + p * kPanel, outputs - p * kPanel, add);
  if (p < count)
    lookBackAt<memory, 1>(panels + p * apart, apart, depth, in, out + p * kPanel, outputs - p * kPanel, add);
}

void lookBack(const std::byte* panels, Memory memory, std::size_t panelStride, int outputs, int depth, const float* in,
              float* out, bool add) {
  const auto many = static_cast<std::size_t>(outputs), deep = static_cast<std::size_t>(depth);
  if (memory == Memory::f32) return lookBackIn<Memory::f32>(panels, panelStride, many, deep, in, out, add);
  lookBackIn<Memory::f16>(panels, panelStride, many, deep, in, out, add);
}

}  // namespace antiphon::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
