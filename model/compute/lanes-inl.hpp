// The vectors that a kernel counts in, and products of whole numbers in them, for one vector unit at a time (see
// kernels.cpp).
#if defined(ANTIPHON_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_LANES_INL
#undef ANTIPHON_LANES_INL
#else
#define ANTIPHON_LANES_INL
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "model/compute/kernels.hpp"

#ifndef ANTIPHON_UNROLL
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ANTIPHON_UNROLL  // watched at every step, unrolled loops would take a quarter of an hour to compile
#define ANTIPHON_ROLLED
#elif defined(__clang__)
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

/// Fetches what will be wanted so many bytes from here on; 0: nothing.
HWY_INLINE void fetchAhead(const std::byte* w, std::size_t ahead) {
  if (ahead == 0) return;
  hwy::Prefetch(w + ahead);
  hwy::Prefetch(w + ahead + 64);
}

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

}  // namespace antiphon::compute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
