// Remembering and looking back, for one vector unit at a time (see kernels.cpp).
#if defined(ANTIPHON_MEMORY_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_MEMORY_INL
#undef ANTIPHON_MEMORY_INL
#else
#define ANTIPHON_MEMORY_INL
#endif

#include <hwy/highway.h>

#include "model/compute/reductions-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::compute::HWY_NAMESPACE {

template <Memory memory>
HWY_INLINE Reals rememberedAt(const std::byte* at) {
  if constexpr (memory == Memory::f32) {
    return hn::LoadU(Real(), reinterpret_cast<const float*>(at));
  } else {
    const hn::Rebind<hwy::float16_t, Real> halves;
    return hn::PromoteTo(Real(), hn::LoadU(halves, reinterpret_cast<const hwy::float16_t*>(at)));
  }
}

/// The first `count` of a vector, and nothing behind them is read; the others are 0.
template <Memory memory>
HWY_INLINE Reals someRememberedAt(const std::byte* at, std::size_t count) {
  if (count >= kLanes) return rememberedAt<memory>(at);
#if HWY_TARGET <= HWY_AVX3
  if constexpr (memory == Memory::f16) {
    const hn::Rebind<std::uint16_t, Real> bits;
    const auto some = hn::MaskedLoad(hn::FirstN(bits, count), bits, reinterpret_cast<const std::uint16_t*>(at));
    return hn::PromoteTo(Real(), hn::BitCast(hn::Rebind<hwy::float16_t, Real>(), some));
  } else {
    return hn::MaskedLoad(hn::FirstN(Real(), count), Real(), reinterpret_cast<const float*>(at));
  }
#else
  constexpr std::size_t kBytes = bytesOf(memory);
  HWY_ALIGN std::byte some[kLanes * kBytes] = {};
  std::size_t done = 0;
  for (const std::size_t many : {std::size_t{8}, std::size_t{4}, std::size_t{2}, std::size_t{1}}) {
    if ((count & many) == 0) continue;
    std::memcpy(some + done * kBytes, at + done * kBytes, many * kBytes);
    done += many;
  }
  return rememberedAt<memory>(some);
#endif
}

/// Some panels at once keep the vector unit busy: one alone would wait for its own sums. `part` says that the last of
/// them may not be whole.
template <Memory memory, std::size_t panels, bool part>
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
        if constexpr (part) {
          if (p == panels - 1) {
            const std::size_t before = p * kPanel + v * kLanes;
            if (before < outputs)
              sums[p][v] = hn::MulAdd(someRememberedAt<memory>(at, outputs - before), x, sums[p][v]);
            continue;
          }
        }
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
  const std::size_t whole = outputs / kPanel;
  std::size_t p = 0;
  for (; p + 2 <= whole; p += 2)
    lookBackAt<memory, 2, false>(panels + p * apart, apart, depth, in, out + p * kPanel, outputs - p * kPanel, add);
  const std::byte* const last = panels + p * apart;
  if (p + 2 == count) lookBackAt<memory, 2, true>(last, apart, depth, in, out + p * kPanel, outputs - p * kPanel, add);
  else if (p + 1 == whole)
    lookBackAt<memory, 1, false>(last, apart, depth, in, out + p * kPanel, outputs - p * kPanel, add);
  else if (p + 1 == count)
    lookBackAt<memory, 1, true>(last, apart, depth, in, out + p * kPanel, outputs - p * kPanel, add);
}

void lookBack(const std::byte* panels, Memory memory, std::size_t panelStride, int outputs, int depth, const float* in,
              float* out, bool add) {
  const auto many = static_cast<std::size_t>(outputs), deep = static_cast<std::size_t>(depth);
  if (memory == Memory::f32) return lookBackIn<Memory::f32>(panels, panelStride, many, deep, in, out, add);
  lookBackIn<Memory::f16>(panels, panelStride, many, deep, in, out, add);
}

void rememberHalf(const float* from, int count, std::byte* to, std::size_t spacing) {
  const Real d;
  const hn::Rebind<hwy::float16_t, Real> halves;
  HWY_ALIGN hwy::float16_t some[kLanes];
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); i += kLanes) {
    const std::size_t many = std::min(kLanes, static_cast<std::size_t>(count) - i);
    // Keys and values beyond what f16 holds become its largest, not infinity.
    const Reals x = many == kLanes ? hn::LoadU(d, from + i) : loadSome(from + i, many, 0.0f);
    hn::Store(hn::DemoteTo(halves, hn::Clamp(x, hn::Set(d, -65504.0f), hn::Set(d, 65504.0f))), halves, some);
    for (std::size_t j = 0; j < many; ++j) std::memcpy(to + (i + j) * spacing * 2, some + j, 2);
  }
}

}  // namespace antiphon::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
