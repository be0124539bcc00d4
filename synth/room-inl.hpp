// The eight lanes of a room as left and right, for one vector unit at a time.
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

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
