// Products of matrices with rows, for one vector unit at a time (see kernels.cpp).
#if defined(ANTIPHON_PRODUCTS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_PRODUCTS_INL
#undef ANTIPHON_PRODUCTS_INL
#else
#define ANTIPHON_PRODUCTS_INL
#endif

#include <hwy/highway.h>

#include "model/compute/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::compute::HWY_NAMESPACE {

constexpr std::size_t countOf(int number) { return static_cast<std::size_t>(number); }

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

template <std::size_t rows>
HWY_INLINE void clear(Reals (&sums)[rows][kVectors]) {
  ANTIPHON_UNROLL
  for (std::size_t r = 0; r < rows; ++r) {
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(Real());
  }
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

/// The whole-numbered sums of so many steps of one group in int8.
template <std::size_t rows>
HWY_INLINE void groupSums(const std::byte* w, std::size_t steps, const InputView& in, std::size_t row,
                          std::size_t group, std::size_t ahead, Wholes (&sums)[rows][kVectors]) {
  constexpr std::size_t inGroup = static_cast<std::size_t>(groupOf(Format::int8));
  const Patterns lower = hn::Set(Pattern(), 0x00FF00FFu);
  const std::int16_t* input = in.whole + row * in.stride + group * inGroup;
  beginSums<rows>(in, row, group, 128, sums);
  ANTIPHON_ROLLED
  for (std::size_t step = 0; step < steps; ++step, w += kStepBytes) {
    fetchAhead(w, ahead);
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
template <std::size_t rows>
HWY_INLINE void coarseSums(const std::byte* w, std::size_t steps, const InputView& in, std::size_t row,
                           std::size_t group, std::size_t ahead, Wholes (&sums)[rows][kVectors]) {
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
  for (std::size_t step = 0; step < steps; ++step, w += kStepBytes) {
    fetchAhead(w, ahead);
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

/// One panel in int8 or q4, which lies at `w`.
template <Format format, std::size_t rows>
HWY_INLINE void wholePanel(int depth, const std::byte* w, const InputView& in, std::size_t row, float* out,
                           std::size_t outStride, std::size_t outputs, std::size_t ahead) {
  Reals sums[rows][kVectors];
  clear<rows>(sums);
  std::size_t left = countOf(stepsFor(format, depth));
  for (std::size_t g = 0; left > 0; ++g) {
    const std::size_t steps = std::min(left, countOf(stepsInGroup(format)));
    Wholes whole[rows][kVectors];
    if constexpr (format == Format::int8) groupSums<rows>(w, steps, in, row, g, ahead, whole);
    else coarseSums<rows>(w, steps, in, row, g, ahead, whole);
    w += steps * kStepBytes;
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) {
      const Reals scale = bf16At(w + v * kLanes * 2);
      ANTIPHON_UNROLL
      for (std::size_t r = 0; r < rows; ++r) {
        const Reals both = hn::Mul(scale, hn::Set(Real(), in.scales[(row + r) * in.groupStride + g]));
        sums[r][v] = hn::MulAdd(hn::ConvertTo(Real(), whole[r][v]), both, sums[r][v]);
      }
    }
    w += scaleBytes(format);
    left -= steps;
  }
  ANTIPHON_UNROLL
  for (std::size_t r = 0; r < rows; ++r) put(sums[r], out + (row + r) * outStride, outputs);
}

/// One panel in f32 or bf16.
template <Format format, std::size_t rows>
HWY_INLINE void realPanel(int depth, const std::byte* w, const InputView& in, std::size_t row, float* out,
                          std::size_t outStride, std::size_t outputs, std::size_t ahead) {
  Reals sums[rows][kVectors];
  clear<rows>(sums);
  const Patterns upper = hn::Set(Pattern(), 0xFFFF0000u);
  const float* input = in.numbers + row * in.stride;
  const std::size_t steps = countOf(stepsFor(format, depth));
  for (std::size_t step = 0; step < steps; ++step, w += kStepBytes) {
    fetchAhead(w, ahead);
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) {
      const Patterns four = fourBytes(w + v * kLanes * 4);
      ANTIPHON_UNROLL
      for (std::size_t r = 0; r < rows; ++r) {
        const float* x = input + r * in.stride;
        if constexpr (format == Format::f32) {
          sums[r][v] = hn::MulAdd(hn::BitCast(Real(), four), hn::Set(Real(), x[step]), sums[r][v]);
        } else {
          const Reals even = hn::BitCast(Real(), hn::ShiftLeft<16>(four)),
                      odd = hn::BitCast(Real(), hn::And(four, upper));
          sums[r][v] = hn::MulAdd(even, hn::Set(Real(), x[2 * step]), sums[r][v]);
          sums[r][v] = hn::MulAdd(odd, hn::Set(Real(), x[2 * step + 1]), sums[r][v]);
        }
      }
    }
  }
  ANTIPHON_UNROLL
  for (std::size_t r = 0; r < rows; ++r) put(sums[r], out + (row + r) * outStride, outputs);
}

template <Format format, std::size_t rows>
HWY_INLINE void somePanel(int depth, const std::byte* w, const InputView& in, std::size_t row, float* out,
                          std::size_t outStride, std::size_t outputs, std::size_t ahead) {
  if constexpr (hasScales(format)) wholePanel<format, rows>(depth, w, in, row, out, outStride, outputs, ahead);
  else realPanel<format, rows>(depth, w, in, row, out, outStride, outputs, ahead);
}

/// A panel stays in the near cache while the rows pass by it, as many at a time as there are registers for.
template <Format format>
HWY_NOINLINE void panelsOf(const Packed& matrix, int first, int count, const InputView& in, float* out,
                           std::size_t outStride, Foresight foresight) {
  const std::size_t rows = countOf(in.count), ahead = aheadOf(foresight);
  for (int panel = first; panel < first + count; ++panel) {
    constexpr std::size_t together = hasScales(format) ? 2 : 3;
    const std::byte* const w = matrix.data + countOf(panel) * panelBytes(format, matrix.depth);
    const std::size_t outputs = countOf(matrix.outputs - panel * kPanel);
    float* const to = out + countOf(panel) * kPanel;
    std::size_t row = 0;
    for (; row + together <= rows; row += together)
      somePanel<format, together>(matrix.depth, w, in, row, to, outStride, outputs, ahead);
    for (; row < rows; ++row) somePanel<format, 1>(matrix.depth, w, in, row, to, outStride, outputs, ahead);
  }
}

void multiply(const Packed& matrix, int first, int count, const InputView& in, float* out, std::size_t outStride,
              Foresight foresight) {
  switch (matrix.format) {
    case Format::f32: return panelsOf<Format::f32>(matrix, first, count, in, out, outStride, foresight);
    case Format::bf16: return panelsOf<Format::bf16>(matrix, first, count, in, out, outStride, foresight);
    case Format::int8: return panelsOf<Format::int8>(matrix, first, count, in, out, outStride, foresight);
    case Format::q4: return panelsOf<Format::q4>(matrix, first, count, in, out, outStride, foresight);
  }
}

}  // namespace antiphon::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
