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

/// Calls `some(page, first, count)` for a few places at a time, `first` and those behind it on that page. Far memory
/// gives more when it is asked for several pages at once, so it goes from one to the next and back again.
template <std::size_t few, typename Some>
HWY_INLINE void overPages(const Past& past, Some&& some) {
  constexpr std::size_t kAtOnce = 4;
  const auto length = static_cast<std::size_t>(past.length), each = static_cast<std::size_t>(past.pageLength);
  for (std::size_t page = 0, pages = 1; page * each < length; page += pages) {
    pages = (page + kAtOnce) * each <= length && each % few == 0 ? kAtOnce : 1;
    const std::size_t places = std::min(each, length - page * each);
    for (std::size_t first = 0; first < places; first += few) {
      for (std::size_t p = 0; p < pages; ++p) some(page + p, first, std::min(few, places - first));
    }
  }
}

/// What all keys come to; up to a vector behind them is written as well.
template <Memory memory>
HWY_INLINE void likeness(const Past& past, std::size_t width, const float* query, float* scores) {
  const std::size_t apart = rowBytes(memory, past.width);
  overPages<kLanes>(past, [&](std::size_t page, std::size_t first, std::size_t count) HWY_ATTR {
    const std::byte* keys = past.keys + page * past.pageApart + first * apart;
    const Reals like = count == kLanes ? likenessOf<memory>(keys, apart, kLanes, width, query)
                                       : likenessOf<memory>(keys, apart, count, width, query);
    hn::StoreU(like, Real(), scores + page * static_cast<std::size_t>(past.pageLength) + first);
  });
}

/// One key alone, added up in the same order.
template <Memory memory>
HWY_INLINE float likenessOfOne(const std::byte* key, std::size_t width, const float* query) {
  Reals sum = meeting<memory>(key, width, query);
  for (std::size_t left = kLanes; left > 1; left /= 2) sum = pairs(sum, sum);
  return hn::GetLane(sum);
}

/// Turns scores into weights: e^(score - most) each; returns 1 / their sum.
HWY_INLINE float softmax(float* scores, std::size_t count) {
  const Real d;
  const std::size_t full = count / kLanes * kLanes;
  const auto there = hn::FirstN(d, count - full);
  const Reals first = hn::Set(d, scores[0]);
  Reals most = hn::IfThenElse(there, hn::LoadU(d, scores + full), first);
  for (std::size_t i = 0; i < full; i += kLanes) most = hn::Max(most, hn::LoadU(d, scores + i));
  const Reals top = hn::MaxOfLanes(d, most);
  Reals sum = hn::Zero(d);
  for (std::size_t i = 0; i < full; i += kLanes) {
    const Reals e = exponential(hn::Sub(hn::LoadU(d, scores + i), top));
    hn::StoreU(e, d, scores + i);
    sum = hn::Add(sum, e);
  }
  const Reals e = hn::IfThenElseZero(there, exponential(hn::Sub(hn::LoadU(d, scores + full), top)));
  hn::StoreU(e, d, scores + full);
  return 1.0f / across(hn::Add(sum, e));
}

/// Some vectors of all values at once keep the vector unit busy: one alone would wait for its own sum.
template <Memory memory, std::size_t vectors>
HWY_INLINE void recall(const Past& past, const std::byte* own, std::size_t from, const float* weights, float share,
                       float* heard) {
  const std::size_t apart = rowBytes(memory, past.width), begin = from * bytesOf(memory);
  const auto width = static_cast<std::size_t>(past.width);
  Reals sums[vectors];
  ANTIPHON_UNROLL
  for (std::size_t v = 0; v < vectors; ++v) sums[v] = hn::Zero(Real());
  const auto add = [&](const std::byte* value, float by) HWY_ATTR {
    const Reals weight = hn::Set(Real(), by);
    ANTIPHON_UNROLL
    for (std::size_t v = 0; v < vectors; ++v)
      sums[v] = hn::MulAdd(rememberedAt<memory>(value + v * kLanes * bytesOf(memory)), weight, sums[v]);
  };
  overPages<4>(past, [&](std::size_t page, std::size_t first, std::size_t count) HWY_ATTR {
    const std::byte* value = past.values + page * past.pageApart + first * apart + begin;
    const float* weight = weights + page * static_cast<std::size_t>(past.pageLength) + first;
    for (std::size_t i = 0; i < count; ++i, value += apart) add(value, weight[i]);
  });
  add(own + begin, weights[past.length]);
  ANTIPHON_UNROLL
  for (std::size_t v = 0; v < vectors; ++v) {
    const std::size_t at = from + v * kLanes;
    const Reals all = hn::Mul(sums[v], hn::Set(Real(), share));
    if (at + kLanes <= width) hn::StoreU(all, Real(), heard + at);
    else storeSome(all, heard + at, width - at);
  }
}

template <Memory memory>
HWY_NOINLINE void lookBackIn(const Past& past, const std::byte* key, const std::byte* value, const float* query,
                             float* scores, float* heard) {
  const auto width = static_cast<std::size_t>(past.width);
  // Heads as they mostly are: nothing is left to be found out in between.
  if (width == 64) likeness<memory>(past, 64, query, scores);
  else likeness<memory>(past, width, query, scores);
  scores[past.length] = likenessOfOne<memory>(key, width, query);
  const float share = softmax(scores, static_cast<std::size_t>(past.length) + 1);
  std::size_t i = 0;
  for (; i + 8 * kLanes <= width; i += 8 * kLanes) recall<memory, 8>(past, value, i, scores, share, heard);
  for (; i + 4 * kLanes <= width; i += 4 * kLanes) recall<memory, 4>(past, value, i, scores, share, heard);
  for (; i < width; i += kLanes) recall<memory, 1>(past, value, i, scores, share, heard);
}

void lookBack(const Past& past, const std::byte* key, const std::byte* value, const float* query, float* scores,
              float* heard) {
  if (past.memory == Memory::f32) return lookBackIn<Memory::f32>(past, key, value, query, scores, heard);
  lookBackIn<Memory::f16>(past, key, value, query, scores, heard);
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
