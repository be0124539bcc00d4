// Waves with corners, in eight lanes, for one vector unit at a time: they are drawn plainly, and every corner adds what
// makes it fit into the band. Corners are few, so what they add goes lane by lane.
#if defined(ANTIPHON_SYNTH_EDGES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_EDGES_INL
#undef ANTIPHON_SYNTH_EDGES_INL
#else
#define ANTIPHON_SYNTH_EDGES_INL
#endif

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "synth/edges.hpp"
#include "synth/fours-inl.hpp"
#include "synth/phase-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr std::int32_t kSeam = std::numeric_limits<std::int32_t>::min();  // half a turn, where a phase goes round

HWY_INLINE std::int32_t wound(std::int32_t phase, std::int32_t by) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(phase) + static_cast<std::uint32_t>(by));
}
HWY_INLINE std::int32_t unwound(std::int32_t phase, std::int32_t by) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(phase) - static_cast<std::uint32_t>(by));
}
/// How high a ramp from -1 to 1 is there.
HWY_INLINE float rampAt(std::int32_t phase) { return static_cast<float>(phase) * (1.0f / 2147483648.0f); }
/// The same phases, half a turn on.
HWY_INLINE Steps opposite(Steps phases) {
  ANTIPHON_EACH phases.part[p] = hn::Xor(phases.part[p], hn::Set(Whole(), kSeam));
  return phases;
}
/// Which have gone over the seam, upwards or downwards.
HWY_INLINE Answers overSeam(Steps from, Steps by, Steps to) {
  Answers over;
  ANTIPHON_EACH {
    const auto both = hn::And(hn::Xor(from.part[p], to.part[p]), hn::Xor(by.part[p], to.part[p]));
    over.part[p] = hn::RebindMask(Real(), hn::Lt(both, hn::Zero(Whole())));
  }
  return over;
}

/// A wave on its way out: plain, and what its corners have added so far.
class Edged {
 public:
  /// Where to draw this frame of the block.
  HWY_INLINE float* plain(int frame) { return plain_ + (kEdgeReach + frame) * kLanes; }

  /// The plain wave of a lane has jumped by so much, so many frames (0 .. 1) before this one.
  HWY_INLINE void jump(std::size_t lane, int frame, float sooner, float height) {
    add(tables_->jump, lane, frame, sooner, height);
  }
  /// Its slope, in a frame, has become so much more.
  HWY_INLINE void bend(std::size_t lane, int frame, float sooner, float slope) {
    add(tables_->bend, lane, frame, sooner, slope);
  }

  /// Ramps that have gone over the seam fall by twice their heights, or rise if they run backwards.
  HWY_NOINLINE void fall(unsigned lanes, int frame, Steps by, Steps to, const float* heights) {
    alignas(32) std::int32_t steps[kLanes], ends[kLanes];
    by.to(steps);
    to.to(ends);
    for (; lanes != 0; lanes &= lanes - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(lanes));
      const float sooner = static_cast<float>(ends[lane] ^ kSeam) / static_cast<float>(steps[lane]);
      jump(lane, frame, sooner, steps[lane] > 0 ? -2 * heights[lane] : 2 * heights[lane]);
    }
  }
  /// One lane's ramp goes on for part of a frame, which ends so many frames before this one.
  std::int32_t ramp(std::size_t lane, int frame, std::int32_t from, std::int32_t by, float part, float end,
                    float height) {
    const std::int32_t to = wound(from, by);
    if (((from ^ to) & (by ^ to)) < 0) {
      const float beyond = static_cast<float>(to ^ kSeam) / static_cast<float>(by);
      jump(lane, frame, std::min(1.0f, end + part * beyond), by > 0 ? -2 * height : 2 * height);
    }
    return to;
  }

  /// Brings out the frames that are drawn, kEdgeReach late. `out` has room for a whole block.
  HWY_INLINE void finish(float* out, int frames) {
    for (int f = 0; f < frames; f += 4) {
      for (int half = 0; half < kLanes; half += 4) {
        Four a = Four::from(added_[half] + f), b = Four::from(added_[half + 1] + f),
             c = Four::from(added_[half + 2] + f), d = Four::from(added_[half + 3] + f);
        turnOver(a, b, c, d);
        const float* drawn = plain_ + f * kLanes + half;
        float* to = out + f * kLanes + half;
        for (const Four& added : {a, b, c, d}) {
          (Four::from(drawn) + added).to(to);
          drawn += kLanes;
          to += kLanes;
        }
      }
    }
    for (int f = 0; f < kEdgeReach; ++f) Lanes::from(plain(f + frames - kEdgeReach)).to(plain(f - kEdgeReach));
    for (float* lane : added_) {
      for (std::size_t i = 0; i < kEdgeTaps; i += kPart)
        hn::StoreU(hn::LoadU(Real(), lane + i + frames), Real(), lane + i);
      std::fill_n(lane + kEdgeTaps, kBlock, 0.0f);
    }
  }

 private:
  HWY_INLINE void add(const float (*table)[kEdgeTaps], std::size_t lane, int frame, float sooner, float amount) {
    const float place = sooner * kEdgeRows;
    const int row = std::min(static_cast<int>(place), kEdgeRows - 1);
    const float next = place - static_cast<float>(row);
    const auto here = hn::Set(Real(), amount * (1 - next)), there = hn::Set(Real(), amount * next);
    float* to = added_[lane] + frame;
    for (std::size_t i = 0; i < kEdgeTaps; i += kPart) {
      const auto some = hn::MulAdd(here, hn::LoadU(Real(), table[row] + i), hn::LoadU(Real(), to + i));
      hn::StoreU(hn::MulAdd(there, hn::LoadU(Real(), table[row + 1] + i), some), Real(), to + i);
    }
  }

  const EdgeTables* tables_ = &edgeTables();
  alignas(32) float plain_[(kEdgeReach + kBlock) * kLanes] = {};
  alignas(32) float added_[kLanes][kEdgeTaps + kBlock] = {};
};

/// Notices when a master's wave rises through zero, and when between the frames.
class Master {
 public:
  /// Which lanes begin anew.
  HWY_INLINE unsigned rises(Lanes now) const { return ((now > 0.0f) & (Lanes::from(past_[0]) <= 0.0f)).bits(); }
  /// How many frames ago a lane's did, on the curve through this frame and those before.
  HWY_NOINLINE float since(std::size_t lane, float now) const {
    float differences[kPast + 1] = {now};  // in the end the first, the second ... of frames that follow each other
    for (std::size_t i = 0; i < kPast; ++i) differences[i + 1] = past_[i][lane];
    for (std::size_t order = 1; order <= kPast; ++order) {
      for (std::size_t i = kPast; i >= order; --i) differences[i] = differences[i - 1] - differences[i];
    }
    const float straight = std::min(1.0f, now / differences[1]);
    // A wave with corners near by is no such curve.
    if (std::abs(differences[kPast - 1]) + std::abs(differences[kPast]) > kRoughest * differences[1]) return straight;
    float t = straight;
    for (int round = 0; round < 6; ++round) {
      float slope = 0;
      for (std::size_t i = kPast; i > 0; --i) {
        const auto order = static_cast<float>(i);
        slope = differences[i] + (order - t) / (order + 1) * slope;
      }
      if (!(slope > 0)) return straight;
      t = std::min(1.0f, now / slope);
    }
    return t;
  }
  HWY_INLINE void remember(Lanes now) {
    for (std::size_t i = kPast - 1; i > 0; --i) Lanes::from(past_[i - 1]).to(past_[i]);
    now.to(past_[0]);
  }

 private:
  static constexpr std::size_t kPast = 5;
  static constexpr float kRoughest = 0.25f;

  alignas(32) float past_[kPast][kLanes] = {};  // the last frame, and those before
};

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
