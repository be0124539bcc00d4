#include "model/compute/kernels.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

#include "model/compute/dots.hpp"
#include "model/compute/store.hpp"
#include "model/half.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/compute/kernels.cpp"
#include <hwy/foreach_target.h>  // this file once more for each vector unit
#include <hwy/highway.h>

#include "model/compute/memory-inl.hpp"
#include "model/compute/products-inl.hpp"
#include "model/compute/reductions-inl.hpp"

#if HWY_ONCE
namespace antiphon::compute {

HWY_EXPORT(multiply);
HWY_EXPORT(roundFinely);
HWY_EXPORT(roundCoarsely);
HWY_EXPORT(lookBack);
HWY_EXPORT(rememberHalf);
HWY_EXPORT(toUnit);
HWY_EXPORT(toLevel);
HWY_EXPORT(gated);
HWY_EXPORT(addTo);
HWY_EXPORT(turn);
HWY_EXPORT(readAll);
HWY_EXPORT(target);

/// Inputs are rounded for these very products: both go by what is chosen here.
static bool dotsInUse() { return dots::allowed() && HWY_DYNAMIC_DISPATCH(target)() == HWY_AVX3; }

static void multiplyWhole(const Packed& matrix, int first, int count, const InputView& in, float* out,
                          std::size_t outStride) {
  const Foresight foresight = reliedOn();
  if (hasScales(matrix.format) && dotsInUse())
    return dots::multiply(matrix, first, count, in, out, outStride, foresight);
  HWY_DYNAMIC_DISPATCH(multiply)(matrix, first, count, in, out, outStride, foresight);
}

/// A few panels and rows at a time, so that their sums stay near.
static void multiplyDeep(std::span<const Packed> pieces, int first, int count, InputView in, float* out,
                         std::size_t outStride) {
  constexpr int kPanels = 4, kRows = 16;
  alignas(kCacheLine) float some[kRows * kPanels * kPanel];
  multiplyWhole(pieces.front(), first, count, in, out, outStride);
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const Packed& piece = pieces[i];
    in = in.behind(piece.format, groupsFor(piece.format, pieces[i - 1].depth));
    for (int panel = first; panel < first + count; panel += kPanels) {
      const int begin = panel * kPanel, end = std::min(panel + kPanels, first + count) * kPanel;
      const std::size_t before = static_cast<std::size_t>(panel) * panelBytes(piece.format, piece.depth);
      const Packed few{piece.data + before, piece.format, std::min(end, piece.outputs) - begin, piece.depth};
      for (int row = 0; row < in.count; row += kRows) {
        const InputView rows = in.rows(row, std::min(kRows, in.count - row));
        multiplyWhole(few, 0, few.panels(), rows, some, kPanels * kPanel);
        for (int r = 0; r < rows.count; ++r)
          addTo(out + static_cast<std::size_t>(row + r) * outStride + begin, some + r * kPanels * kPanel, few.outputs);
      }
    }
  }
}

void multiply(const Packed& matrix, int first, int count, const InputView& in, float* out, std::size_t outStride) {
  if (matrix.isWhole()) return multiplyWhole(matrix, first, count, in, out, outStride);
  if (matrix.isCutDeep()) return multiplyDeep(matrix.pieces, first, count, in, out, outStride);
  int before = 0;
  for (const Packed& piece : matrix.pieces) {
    const int begin = std::max(first - before, 0), end = std::min(first + count - before, piece.panels());
    if (begin < end) multiplyWhole(piece, begin, end - begin, in, out + before * kPanel, outStride);
    before += piece.panels();
  }
}

void roundFinely(const float* in, int depth, std::int16_t* whole, float* scales, std::int32_t* sums) {
  if (dotsInUse()) return dots::roundFinely(in, depth, whole, scales, sums);
  HWY_DYNAMIC_DISPATCH(roundFinely)(in, depth, whole, scales, sums);
}

void roundCoarsely(const float* in, int depth, std::int8_t* coarse, float* scales, std::int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(roundCoarsely)(in, depth, coarse, scales, sums);
}

void remember(const float* from, int count, Memory memory, std::byte* to) {
  if (memory == Memory::f16) return HWY_DYNAMIC_DISPATCH(rememberHalf)(from, count, to);
  std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
}

void lookBack(const Past& past, const std::byte* key, const std::byte* value, const float* query, float* scores,
              float* heard) {
  HWY_DYNAMIC_DISPATCH(lookBack)(past, key, value, query, scores, heard);
}

void toUnit(const float* in, const float* weight, float epsilon, float* out, int width) {
  HWY_DYNAMIC_DISPATCH(toUnit)(in, weight, epsilon, out, width);
}

void toLevel(const float* in, const float* weight, const float* bias, float epsilon, float* out, int width) {
  HWY_DYNAMIC_DISPATCH(toLevel)(in, weight, bias, epsilon, out, width);
}

void gated(float* gate, const float* up, int width) { HWY_DYNAMIC_DISPATCH(gated)(gate, up, width); }

void addTo(float* out, const float* in, int width) { HWY_DYNAMIC_DISPATCH(addTo)(out, in, width); }

void turn(float* vector, int width, const Turning& how, float scale) {
  HWY_DYNAMIC_DISPATCH(turn)(vector, width, how, scale);
}

static std::atomic<Foresight> trusted{Foresight::processors};
void relyOn(Foresight foresight) { trusted.store(foresight, std::memory_order_relaxed); }
Foresight reliedOn() { return trusted.load(std::memory_order_relaxed); }

std::uint64_t readAll(const std::byte* from, std::size_t bytes, Foresight foresight) {
  return HWY_DYNAMIC_DISPATCH(readAll)(from, bytes, foresight);
}

std::string vectorUnit() {
  return std::string{hwy::TargetName(HWY_DYNAMIC_DISPATCH(target)())} + (dotsInUse() ? " VNNI" : "");
}

bool plainVectors() { return (HWY_DYNAMIC_DISPATCH(target)() & (HWY_SCALAR | HWY_EMU128)) != 0; }

}  // namespace antiphon::compute
#endif
