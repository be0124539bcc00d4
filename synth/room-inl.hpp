// The eight lanes of a room as left and right, and as eight lines that hear each other, for one vector unit at a time.
#if defined(ANTIPHON_SYNTH_ROOM_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_ROOM_INL
#undef ANTIPHON_SYNTH_ROOM_INL
#else
#define ANTIPHON_SYNTH_ROOM_INL
#endif

#include <utility>

#include "synth/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

/// Each lane's neighbour in its place; left and right change sides.
HWY_INLINE Lanes swapSides(Lanes a) {
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t p = 0; p < kLanes; p += 2) std::swap(a.part[p], a.part[p + 1]);
#else
  ANTIPHON_EACH a.part[p] = hn::Shuffle2301(a.part[p]);
#endif
  return a;
}
HWY_INLINE Lanes swapPairs(Lanes a) {
#if HWY_TARGET == HWY_SCALAR
  for (const std::size_t p : {0u, 1u, 4u, 5u}) std::swap(a.part[p], a.part[p + 2]);
#else
  ANTIPHON_EACH a.part[p] = hn::Shuffle1032(a.part[p]);
#endif
  return a;
}
HWY_INLINE Lanes swapHalves(Lanes a) {
#if HWY_MAX_BYTES >= 32
  a.part[0] = hn::SwapAdjacentBlocks(a.part[0]);
#else
  for (std::size_t p = 0; p < kParts / 2; ++p) std::swap(a.part[p], a.part[p + kParts / 2]);
#endif
  return a;
}

/// In the even lanes the sum of them, in the odd lanes the sum of those.
HWY_INLINE Lanes sidesOf(Lanes a) {
  a += swapPairs(a);
  return a + swapHalves(a);
}
/// The sum of all, in each.
HWY_INLINE Lanes sumInEach(Lanes a) {
  a = sidesOf(a);
  return a + swapSides(a);
}
HWY_INLINE Lanes stereo(float left, float right) {
  alignas(32) const float all[kLanes] = {left, right, left, right, left, right, left, right};
  return Lanes::from(all);
}

/// Every lane is sent to every other one, equally loud, and nothing is lost: Hadamard's matrix.
HWY_INLINE Lanes mingle(Lanes a) {
  alignas(32) static constexpr float kSides[kLanes] = {1, -1, 1, -1, 1, -1, 1, -1};
  alignas(32) static constexpr float kPairs[kLanes] = {1, 1, -1, -1, 1, 1, -1, -1};
  constexpr float kEqual = 0.35355339f;  // 1 / sqrt(8)
  alignas(32) static constexpr float kHalves[kLanes] = {kEqual,  kEqual,  kEqual,  kEqual,
                                                        -kEqual, -kEqual, -kEqual, -kEqual};
  a = mulAdd(a, Lanes::from(kSides), swapSides(a));
  a = mulAdd(a, Lanes::from(kPairs), swapPairs(a));
  return mulAdd(a, Lanes::from(kHalves), swapHalves(a) * kEqual);
}

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
