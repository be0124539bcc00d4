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

/// Whether ramps come over the seam in so many frames, or near it.
HWY_INLINE bool nearSeam(Steps from, Steps by, int frames) {
  constexpr float near = 0.4999f;
  return (abs(mulAdd(by.turns(), static_cast<float>(frames), from.turns())) > near).any();
}

/// When ramps that go at one pace come over the seam in a block. The first time of each is found for all lanes at once;
/// most have no other.
class Seams {
 public:
  HWY_INLINE Seams(Steps from, Steps by, int frames) : frames_{static_cast<double>(frames)} {
    constexpr hn::CappedTag<double, kLanes> exact;  // all these whole numbers are in it what they are
    const hn::Rebind<std::int32_t, decltype(exact)> whole;
    const hn::Rebind<float, decltype(exact)> real;
    alignas(32) std::int32_t places[kLanes], steps[kLanes];
    from.to(places);
    by.to(steps);
    for (std::size_t i = 0; i < kLanes; i += hn::MaxLanes(exact)) {
      const auto place = hn::PromoteTo(exact, hn::LoadU(whole, places + i));
      const auto pace = hn::PromoteTo(exact, hn::LoadU(whole, steps + i)), step = hn::Abs(pace);
      const auto down = hn::Lt(pace, hn::Zero(exact));
      const auto extra = hn::IfThenElseZero(down, hn::Set(exact, 1));
      const auto left = hn::Add(hn::Set(exact, kHalf), hn::IfThenElse(down, hn::Add(place, extra), hn::Neg(place)));
      const auto comes = hn::Le(left, hn::Mul(step, hn::Set(exact, frames_)));
      const auto each = hn::IfThenElse(comes, step, left);
      const auto end = hn::Ceil(hn::Div(left, each));
      const auto beyond = hn::Add(hn::MulSub(end, each, left), extra);
      hn::StoreU(left, exact, left_ + i);
      hn::StoreU(pace, exact, pace_ + i);
      hn::StoreU(hn::DemoteTo(whole, hn::Sub(end, hn::Set(exact, 1))), whole, frame_ + i);
      hn::StoreU(hn::Div(hn::DemoteTo(real, beyond), hn::DemoteTo(real, each)), real, sooner_ + i);
      std::uint8_t some[8] = {};
      hn::StoreMaskBits(exact, comes, some);
      lanes_ |= static_cast<unsigned>(some[0]) << i;
    }
  }

  /// Which come over it at all.
  unsigned lanes() const { return lanes_; }
  /// In which frame, and how many frames before that one, 0 .. 1.
  int frame(std::size_t lane) const { return frame_[lane]; }
  float sooner(std::size_t lane) const { return sooner_[lane]; }
  bool falls(std::size_t lane) const { return pace_[lane] > 0; }
  /// Goes on to the next time; returns whether it is in this block.
  bool next(std::size_t lane) {
    const double step = std::abs(pace_[lane]), left = left_[lane] += 2 * kHalf;
    if (left > step * frames_) return false;
    const double end = std::ceil(left / step), beyond = end * step - left + (pace_[lane] < 0 ? 1 : 0);
    frame_[lane] = static_cast<int>(end) - 1;
    sooner_[lane] = static_cast<float>(beyond) / static_cast<float>(step);
    return true;
  }

 private:
  static constexpr double kHalf = 2147483648.0;

  double frames_;
  alignas(64) double left_[kLanes], pace_[kLanes];  // how far the seam is, and how far they go in a frame
  alignas(32) std::int32_t frame_[kLanes];
  alignas(32) float sooner_[kLanes];
  unsigned lanes_ = 0;
};

/// Calls corner(lane, frame, sooner, whether it is the first's) for all that two ramps of each lane come to, as they
/// come, so that sums are always the same.
template <class Corner>
HWY_INLINE void inTurn(Seams& first, Seams& second, const Corner& corner) {
  for (unsigned lanes = first.lanes() | second.lanes(); lanes != 0; lanes &= lanes - 1) {
    const auto lane = static_cast<std::size_t>(std::countr_zero(lanes));
    bool one = (first.lanes() >> lane & 1) != 0, other = (second.lanes() >> lane & 1) != 0;
    while (one || other) {
      const bool isFirst = !other || (one && first.frame(lane) <= second.frame(lane));
      Seams& now = isFirst ? first : second;
      corner(lane, now.frame(lane), now.sooner(lane), isFirst);
      (isFirst ? one : other) = now.next(lane);
    }
  }
}

/// Ramps at the beginning of a block, how far they go in a frame, and how high they are.
struct Ramps {
  Steps from, by;
  const float* heights;
};

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
  /// The same for a whole block through which the ramps go at one pace.
  HWY_INLINE void fallAll(Steps from, Steps by, int frames, const float* heights) {
    if (nearSeam(from, by, frames)) fallNow({from, by, heights}, frames);
  }
  /// Likewise for two ramps in each lane.
  HWY_INLINE void fallAll(const Ramps& one, const Ramps& other, int frames) {
    if (nearSeam(one.from, one.by, frames) || nearSeam(other.from, other.by, frames)) fallNow(one, other, frames);
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
      Lanes rows[4];
      corners(f, rows);
      for (int i = 0; i < 4; ++i) (Lanes::from(plain(f + i - kEdgeReach)) + rows[i]).to(out + (f + i) * kLanes);
    }
    for (int f = 0; f < kEdgeReach; ++f) Lanes::from(plain(f + frames - kEdgeReach)).to(plain(f - kEdgeReach));
    advance(frames);
  }
  /// The same for a plain ramp that has gone at one pace since kEdgeReach frames before the block, when it was at
  /// `phase`: it need not have been drawn.
  HWY_INLINE void finish(float* out, int frames, Steps phase, Steps by) {
    for (int f = 0; f < frames; f += 4) {
      Lanes rows[4];
      corners(f, rows);
      for (int i = 0; i < 4; ++i) {
        phase.rampOn(rows[i]).to(out + (f + i) * kLanes);
        phase = phase + by;
      }
    }
    advance(frames);
  }

 private:
  HWY_NOINLINE void fallNow(const Ramps& ramps, int frames) {
    Seams seams{ramps.from, ramps.by, frames};
    for (unsigned lanes = seams.lanes(); lanes != 0; lanes &= lanes - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(lanes));
      const float fall = (seams.falls(lane) ? -2.0f : 2.0f) * ramps.heights[lane];
      do jump(lane, seams.frame(lane), seams.sooner(lane), fall);
      while (seams.next(lane));
    }
  }
  HWY_NOINLINE void fallNow(const Ramps& one, const Ramps& other, int frames) {
    Seams first{one.from, one.by, frames}, second{other.from, other.by, frames};
    inTurn(first, second, [&](std::size_t lane, int frame, float sooner, bool isFirst) {
      const float height = (isFirst ? one : other).heights[lane];
      jump(lane, frame, sooner, ((isFirst ? first : second).falls(lane) ? -2.0f : 2.0f) * height);
    });
  }

  /// What corners have added to four frames.
  HWY_INLINE void corners(int frame, Lanes (&rows)[4]) const {
    const float* added[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) added[lane] = added_[lane] + at_ + frame;
    rowsOf(added, rows);
  }
  HWY_INLINE void advance(int frames) {
    at_ += frames;
    if (at_ > kRoom - kBlock) rewind();
  }
  /// The lines' ends go to their beginnings.
  HWY_INLINE void rewind() {
    const auto nothing = hn::Zero(Real());
    for (float* lane : added_) {
      for (std::size_t i = 0; i < kEdgeTaps; i += kPart)
        hn::StoreU(hn::LoadU(Real(), lane + at_ + i), Real(), lane + i);
      for (std::size_t i = kEdgeTaps; i < kEdgeTaps + kRoom; i += kPart) hn::StoreU(nothing, Real(), lane + i);
    }
    at_ = 0;
  }

  HWY_INLINE void add(const float (*table)[kEdgeTaps], std::size_t lane, int frame, float sooner, float amount) {
    const float place = sooner * kEdgeRows;
    const int row = std::min(static_cast<int>(place), kEdgeRows - 1);
    const float next = place - static_cast<float>(row);
    const auto here = hn::Set(Real(), amount * (1 - next)), there = hn::Set(Real(), amount * next);
    float* to = added_[lane] + at_ + frame;
    for (std::size_t i = 0; i < kEdgeTaps; i += kPart) {
      const auto some = hn::MulAdd(here, hn::LoadU(Real(), table[row] + i), hn::LoadU(Real(), to + i));
      hn::StoreU(hn::MulAdd(there, hn::LoadU(Real(), table[row + 1] + i), some), Real(), to + i);
    }
  }

  static constexpr int kRoom = 2 * kBlock;  // frames, until the lines begin anew

  const EdgeTables* tables_ = &edgeTables();
  alignas(32) float plain_[(kEdgeReach + kBlock) * kLanes] = {};
  alignas(32) float added_[kLanes][kEdgeTaps + kRoom] = {};
  int at_ = 0;  // where in the lines the block begins
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
  HWY_INLINE void forget() {
    for (float* frame : past_) Lanes(0.0f).to(frame);
  }

 private:
  static constexpr std::size_t kPast = 5;
  static constexpr float kRoughest = 0.25f;

  alignas(32) float past_[kPast][kLanes] = {};  // the last frame, and those before
};

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
