// What drums have in common, for one vector unit at a time: they are struck, ring, and are silent again. A stroke
// begins everything anew; what still sounds from the one before ebbs away in two milliseconds beneath it.
#if defined(ANTIPHON_SYNTH_DRUMS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_DRUMS_INL
#undef ANTIPHON_SYNTH_DRUMS_INL
#else
#define ANTIPHON_SYNTH_DRUMS_INL
#endif

#include <algorithm>
#include <cmath>
#include <vector>

#include "synth/module.hpp"
#include "synth/phase-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

/// What is left of a level after each frame, if it is to be 60 dB down after so many seconds.
HWY_INLINE Lanes fadeOf(Lanes seconds, float rate) { return exp2(-9.9657843f / (seconds * rate)); }

/// A level that falls from 1 when it is struck. Below -120 dB there is nothing, so that a drum can rest.
struct Ring {
  alignas(32) float level[kLanes] = {};

  void strike(std::size_t lane) { level[lane] = 1; }
  HWY_INLINE Lanes now() const { return Lanes::from(level); }
  HWY_INLINE Lanes next(Lanes fade) {
    const Lanes here = now(), later = here * fade;
    choose(later < 1e-6f, 0.0f, later).to(level);
    return here;
  }
};

/// A tone that begins where its cycle does.
struct Tone {
  Phase phase{};

  void strike(std::size_t lane) { phase.at[lane] = 0; }
  /// Where it is, in turns; a frame later it is so many further.
  HWY_INLINE Lanes next(Lanes turns) {
    const Lanes here = phase.turns();
    phase.advance(Tuning::stepOf(min(turns, 0.45f)));
    return here;
  }
};

/// Noise, every frame's number independent of the last.
struct Hiss {
  alignas(32) std::int32_t state[kLanes] = {};

  void strike(std::size_t lane, std::uint32_t seed) { state[lane] = static_cast<std::int32_t>(seed); }
  HWY_INLINE Lanes next() {
    Lanes noise;
    ANTIPHON_EACH {
      const auto before = hn::LoadU(Whole(), state + p * kPart);
      const auto now = hn::Add(hn::Mul(before, hn::Set(Whole(), 1664525)), hn::Set(Whole(), 1013904223));
      hn::StoreU(now, Whole(), state + p * kPart);
      noise.part[p] = hn::Mul(hn::ConvertTo(Real(), now), hn::Set(Real(), 1.0f / 2147483648.0f));
    }
    return noise;
  }
};

/// A resonance: what is below, at and above a frequency.
struct Sieve {
  alignas(32) float first[kLanes] = {}, second[kLanes] = {};

  struct Bend {
    Lanes g, damping, share;
  };
  /// Hertz as a part of the rate; damping is 1 / Q.
  static HWY_INLINE Bend at(Lanes part, Lanes damping) {
    const Lanes g = tanOfPi(min(part, 0.45f));
    return {g, damping, 1.0f / (1.0f + g * (g + damping))};
  }
  struct Heights {
    Lanes low, band, high;
  };
  HWY_INLINE Heights next(Lanes in, const Bend& bend) {
    const Lanes one = Lanes::from(first), two = Lanes::from(second);
    const Lanes high = (in - mulAdd(bend.g + bend.damping, one, two)) * bend.share;
    const Lanes band = mulAdd(bend.g, high, one), low = mulAdd(bend.g, band, two);
    mulAdd(bend.g, high, band).to(first);
    mulAdd(bend.g, band, low).to(second);
    return {low, band, high};
  }
  void strike(std::size_t lane) { first[lane] = second[lane] = 0; }
};

/// cos x + cos 3x + cos 5x ..., so many of them, at x turns: the edges of a square wave without what would alias.
HWY_INLINE Lanes edges(Lanes x, Lanes count) {
  const Lanes once = sineOf(x), all = sineOf(x * count * 2.0f);
  const Lanes limit = choose(abs(x) < 0.25f, count, -count);
  return choose(abs(once) < 1e-4f, limit, all * 0.5f / once);
}

/// A module that is struck. Sound has
///   Voices, the state of eight of them, with strike(lane, seed), and loud(), above zero while anything sounds;
///   Shape, what the knobs make of them, and shapeOf(block, group, frame);
///   next(Voices&, Shape), the next frame of a stroke as hard as can be, which is zero where nothing sounds.
/// Its first inlet is the trigger.
template <class Sound>
class Drum final : public Module {
 public:
  explicit Drum(const Place& place)
      : sound_{static_cast<float>(place.rate.hertz)},
        seed_{place.seed},
        ebb_{static_cast<float>(std::exp(-1 / (0.002 * place.rate.hertz)))},
        groups_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    bool still = true;
    for (std::size_t i = 1; i < block.in.size(); ++i) still = still && block.in[i].steady();
    for (int g = 0; g < block.groups; ++g) ring(block, g, still, groups_[static_cast<std::size_t>(g)]);
  }
  void calm() override { std::fill(groups_.begin(), groups_.end(), Group{}); }

 private:
  static constexpr float kTouch = 0.001f;  // softer is not struck

  struct Group {
    typename Sound::Voices voices{};
    alignas(32) float before[kLanes] = {}, force[kLanes] = {}, last[kLanes] = {}, left[kLanes] = {};
    std::uint32_t strokes[kLanes] = {};
  };

  HWY_INLINE void ring(const Block& block, int g, bool still, Group& group) {
    if (rests(block, g, group)) {
      for (int f = 0; f < block.frames; ++f) Lanes(0.0f).to(block.out[0].at(g, f));
      Lanes::from(block.in[0].at(g, block.frames - 1)).to(group.before);
      return;
    }
    Lanes before = Lanes::from(group.before), last = Lanes::from(group.last), left = Lanes::from(group.left);
    typename Sound::Shape shape = sound_.shapeOf(block, g, 0);
    for (int f = 0; f < block.frames; ++f) {
      if (!still) shape = sound_.shapeOf(block, g, f);
      const Lanes trigger = Lanes::from(block.in[0].at(g, f));
      const Answers struck = (trigger > kTouch) & (before <= kTouch);
      before = trigger;
      if (const unsigned lanes = struck.bits(); lanes != 0) {
        left = choose(struck, last, left);
        choose(struck, trigger, Lanes::from(group.force)).to(group.force);
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          if ((lanes >> lane & 1u) != 0) group.voices.strike(lane, seedOf(++group.strokes[lane]));
        }
      }
      last = mulAdd(sound_.next(group.voices, shape), Lanes::from(group.force), left);
      last.to(block.out[0].at(g, f));
      left *= ebb_;
      left = choose(abs(left) < 1e-6f, 0.0f, left);
    }
    before.to(group.before);
    last.to(group.last);
    left.to(group.left);
  }

  HWY_INLINE bool rests(const Block& block, int g, const Group& group) const {
    if ((group.voices.loud() + abs(Lanes::from(group.left)) > 0.0f).any()) return false;
    Answers touched = Lanes::from(block.in[0].at(g, 0)) > kTouch;
    for (int f = 1; f < block.frames && !block.in[0].steady(); ++f)
      touched = touched | (Lanes::from(block.in[0].at(g, f)) > kTouch);
    return !touched.any();
  }
  /// The same for all lanes, so that one drum is heard by both ears.
  std::uint32_t seedOf(std::uint32_t stroke) const {
    std::uint64_t x = (seed_ + stroke) * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 31)) * 0xBF58476D1CE4E5B9u;
    return static_cast<std::uint32_t>(x >> 32);
  }

  Sound sound_;
  std::uint64_t seed_;
  float ebb_;
  std::vector<Group> groups_;
};

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
