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

/// Sums of neighbours: those of `a`, then those of `b`.
HWY_INLINE Reals pairs(Reals a, [[maybe_unused]] Reals b) {
#if HWY_TARGET == HWY_SCALAR
  return a;
#else
  return hn::Add(hn::ConcatEven(Real(), b, a), hn::ConcatOdd(Real(), b, a));
#endif
}

/// What one key and a query come to, in lanes that are still to be added up.
template <Memory memory>
HWY_INLINE Reals meeting(const std::byte* key, std::size_t width, const float* query) {
  Reals sum = hn::Zero(Real());
  std::size_t i = 0;
  for (; i + kLanes <= width; i += kLanes)
    sum = hn::MulAdd(rememberedAt<memory>(key + i * bytesOf(memory)), hn::LoadU(Real(), query + i), sum);
  if (i == width) return sum;
  return hn::MulAdd(rememberedAt<memory>(key + i * bytesOf(memory)), loadSome(query + i, width - i, 0.0f), sum);
}

/// As many keys at once as a vector has lanes: neighbours are added up until one vector holds what all of them come to,
/// in their order. Where there are fewer, the last comes again and again.
template <Memory memory>
HWY_INLINE Reals likenessOf(const std::byte* keys, std::size_t apart, std::size_t count, std::size_t width,
                            const float* query) {
  Reals sums[kLanes];
  ANTIPHON_UNROLL
  for (std::size_t k = 0; k < kLanes; ++k)
    sums[k] = meeting<memory>(keys + std::min(k, count - 1) * apart, width, query);
  ANTIPHON_UNROLL
  for (std::size_t left = kLanes; left > 1; left /= 2) {
    ANTIPHON_UNROLL
    for (std::size_t k = 0; k < left / 2; ++k) sums[k] = pairs(sums[2 * k], sums[2 * k + 1]);
  }
  return sums[0];
}

template <Memory memory>
HWY_NOINLINE void likenessIn(const std::byte* keys, std::size_t apart, std::size_t count, std::size_t width,
                             const float* query, float* scores) {
  std::size_t k = 0;
  if (width == 4 * kLanes) {  // heads as they mostly are: the query stays in registers
    for (; k + kLanes <= count; k += kLanes)
      hn::StoreU(likenessOf<memory>(keys + k * apart, apart, kLanes, 4 * kLanes, query), Real(), scores + k);
  }
  for (; k + kLanes <= count; k += kLanes)
    hn::StoreU(likenessOf<memory>(keys + k * apart, apart, kLanes, width, query), Real(), scores + k);
  if (k == count) return;
  if (k + 1 < count)
    return storeSome(likenessOf<memory>(keys + k * apart, apart, count - k, width, query), scores + k, count - k);
  // One alone, added up in the same order.
  Reals sum = meeting<memory>(keys + k * apart, width, query);
  for (std::size_t left = kLanes; left > 1; left /= 2) sum = pairs(sum, sum);
  scores[k] = hn::GetLane(sum);
}

void likeness(const std::byte* keys, Memory memory, std::size_t apart, int count, int width, const float* query,
              float* scores) {
  const auto many = static_cast<std::size_t>(count), wide = static_cast<std::size_t>(width);
  if (memory == Memory::f32) return likenessIn<Memory::f32>(keys, apart, many, wide, query, scores);
  likenessIn<Memory::f16>(keys, apart, many, wide, query, scores);
}

/// Some vectors of a row at once keep the vector unit busy: one alone would wait for its own sum.
template <Memory memory, std::size_t vectors>
HWY_INLINE void recallAt(const std::byte* values, std::size_t apart, std::size_t count, const float* weights,
                         float* heard, std::size_t width, bool add) {
  Reals sums[vectors];
  ANTIPHON_UNROLL
  for (std::size_t v = 0; v < vectors; ++v) sums[v] = hn::Zero(Real());
  for (std::size_t i = 0; i < count; ++i, values += apart) {
    const Reals weight = hn::Set(Real(), weights[i]);
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < vectors; ++v)
      sums[v] = hn::MulAdd(rememberedAt<memory>(values + v * kLanes * bytesOf(memory)), weight, sums[v]);
  }
  ANTIPHON_UNROLL
  for (std::size_t v = 0; v < vectors; ++v) {
    float* const to = heard + v * kLanes;
    if ((v + 1) * kLanes <= width) {
      hn::StoreU(add ? hn::Add(hn::LoadU(Real(), to), sums[v]) : sums[v], Real(), to);
    } else {
      const std::size_t some = width - v * kLanes;
      storeSome(add ? hn::Add(loadSome(to, some, 0.0f), sums[v]) : sums[v], to, some);
    }
  }
}

template <Memory memory>
HWY_NOINLINE void recallIn(const std::byte* values, std::size_t apart, std::size_t count, std::size_t width,
                           const float* weights, float* heard, bool add) {
  constexpr std::size_t kTogether = 4;
  std::size_t i = 0;
  for (; i + kTogether * kLanes <= width; i += kTogether * kLanes)
    recallAt<memory, kTogether>(values + i * bytesOf(memory), apart, count, weights, heard + i, kTogether * kLanes,
                                add);
  for (; i < width; i += kLanes)
    recallAt<memory, 1>(values + i * bytesOf(memory), apart, count, weights, heard + i, width - i, add);
}

void recall(const std::byte* values, Memory memory, std::size_t apart, int count, int width, const float* weights,
            float* heard, bool add) {
  const auto many = static_cast<std::size_t>(count), wide = static_cast<std::size_t>(width);
  if (memory == Memory::f32) return recallIn<Memory::f32>(values, apart, many, wide, weights, heard, add);
  recallIn<Memory::f16>(values, apart, many, wide, weights, heard, add);
}

void rememberHalf(const float* from, int count, std::byte* to) {
  const Real d;
  const hn::Rebind<hwy::float16_t, Real> halves;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); i += kLanes) {
    const std::size_t many = std::min(kLanes, static_cast<std::size_t>(count) - i);
    // Keys and values beyond what f16 holds become its largest, not infinity.
    const Reals x = many == kLanes ? hn::LoadU(d, from + i) : loadSome(from + i, many, 0.0f);
    HWY_ALIGN hwy::float16_t some[kLanes];
    hn::Store(hn::DemoteTo(halves, hn::Clamp(x, hn::Set(d, -65504.0f), hn::Set(d, 65504.0f))), halves, some);
    std::memcpy(to + 2 * i, some, 2 * many);
  }
}

}  // namespace antiphon::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
