// Where eight oscillators stand in their cycles, for one vector unit at a time. In whole numbers, a turn being 2^32,
// so that nothing is lost in hours, and oscillators of the same pitch stay together for ever.
#if defined(ANTIPHON_SYNTH_PHASE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_PHASE_INL
#undef ANTIPHON_SYNTH_PHASE_INL
#else
#define ANTIPHON_SYNTH_PHASE_INL
#endif

#include <algorithm>
#include <limits>
#include <vector>

#include "synth/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

/// How far an oscillator goes in a frame.
struct Steps {
  hn::Vec<Whole> part[kParts];

  static HWY_INLINE Steps from(const std::int32_t* at) {
    Steps steps;
    ANTIPHON_EACH steps.part[p] = hn::LoadU(Whole(), at + p * kPart);
    return steps;
  }
  HWY_INLINE void to(std::int32_t* at) const { ANTIPHON_EACH hn::StoreU(part[p], Whole(), at + p * kPart); }
  // As far as it goes round, it goes round.
  friend HWY_INLINE Steps operator+(Steps a, Steps b) {
    ANTIPHON_EACH a.part[p] = hn::Add(a.part[p], b.part[p]);
    return a;
  }
  friend HWY_INLINE Steps operator-(Steps a, Steps b) {
    ANTIPHON_EACH a.part[p] = hn::Sub(a.part[p], b.part[p]);
    return a;
  }

  friend HWY_INLINE bool operator==(Steps a, Steps b) {
    Answers same;
    ANTIPHON_EACH same.part[p] = hn::RebindMask(Real(), hn::Eq(a.part[p], b.part[p]));
    return same.bits() == (1u << kLanes) - 1;
  }

  /// In turns, -1/2 .. 1/2.
  HWY_INLINE Lanes turns() const { return scaled(1.0f / 4294967296.0f); }
  /// -1 .. 1
  HWY_INLINE Lanes ramp() const { return scaled(1.0f / 2147483648.0f); }
  /// The same, on top of something else.
  HWY_INLINE Lanes rampOn(Lanes base) const {
    ANTIPHON_EACH base.part[p] =
        hn::MulAdd(hn::ConvertTo(Real(), part[p]), hn::Set(Real(), 1.0f / 2147483648.0f), base.part[p]);
    return base;
  }
  /// So many steps at once.
  HWY_INLINE Steps times(std::int32_t count) const {
    Steps steps;
    ANTIPHON_EACH steps.part[p] = hn::Mul(part[p], hn::Set(Whole(), count));
    return steps;
  }

 private:
  HWY_INLINE Lanes scaled(float factor) const {
    Lanes lanes;
    ANTIPHON_EACH lanes.part[p] = hn::Mul(hn::ConvertTo(Real(), part[p]), hn::Set(Real(), factor));
    return lanes;
  }
};

struct Phase {
  alignas(32) std::int32_t at[kLanes] = {};

  /// -1/2 .. 1/2
  HWY_INLINE Lanes turns() const { return Steps::from(at).turns(); }
  HWY_INLINE void advance(Steps steps) { (Steps::from(at) + steps).to(at); }
};

/// From what a knob and a keyboard say to steps.
class Tuning {
 public:
  /// What a group's oscillators were told when a block began, and what came of it.
  struct Told {
    alignas(32) float semitones[kLanes], hertz[kLanes] = {}, turns[kLanes] = {};
    alignas(32) std::int32_t steps[kLanes] = {};

    Told() { std::fill_n(semitones, kLanes, std::numeric_limits<float>::quiet_NaN()); }
  };

  /// With as many groups as ask for a Pace.
  explicit Tuning(SampleRate rate, int groups = 0)
      : perHertz_{static_cast<float>(1 / rate.hertz)}, told_(static_cast<std::size_t>(groups)) {}

  /// Turns a frame, at most 0.49 up or down.
  HWY_INLINE Lanes turns(Lanes semitones, Lanes hertz) const {
    return within(-0.49f, hertz * ratioOf(semitones) * perHertz_, 0.49f);
  }
  HWY_INLINE Steps step(Lanes semitones, Lanes hertz) const { return stepOf(turns(semitones, hertz)); }
  static HWY_INLINE Steps stepOf(Lanes turns) {
    Steps steps;
    ANTIPHON_EACH steps.part[p] = hn::NearestInt(hn::Mul(turns.part[p], hn::Set(Real(), 4294967296.0f)));
    return steps;
  }
  Told& told(int group) { return told_[static_cast<std::size_t>(group)]; }

 private:
  float perHertz_;
  std::vector<Told> told_;
};

/// How far a group's oscillators go in each frame of a block. A key that is held says the same in every frame, and in
/// the next block as well: what it says is worked out once.
class Pace {
 public:
  HWY_INLINE Pace(Tuning& tuning, const Heard& semitones, const Heard& hertz, int group)
      : tuning_{tuning},
        semitones_{semitones},
        hertz_{hertz},
        group_{group},
        steady_{semitones.steady() && hertz.steady()} {
    Tuning::Told& told = tuning.told(group);
    lastSemitones_ = Lanes::from(told.semitones);
    lastHertz_ = Lanes::from(told.hertz);
    if (isStill(0)) {
      turns_ = Lanes::from(told.turns);
      steps_ = Steps::from(told.steps);
      return;
    }
    work(0);
    lastSemitones_.to(told.semitones);
    lastHertz_.to(told.hertz);
    turns_.to(told.turns);
    steps_.to(told.steps);
  }
  /// All through the block it is as it was before.
  HWY_INLINE bool keeps(Steps before) const { return steady_ && before == steps_; }
  /// Goes on to this frame; says whether the pace is another.
  HWY_INLINE bool moves(int frame) {
    if (steady_ || isStill(frame)) return false;
    work(frame);
    return true;
  }
  HWY_INLINE Steps steps(int frame) {
    moves(frame);
    return steps_;
  }
  HWY_INLINE Lanes turns() const { return turns_; }

 private:
  /// What is said there is what was said last.
  HWY_INLINE bool isStill(int frame) const {
    const float* const at = semitones_.at(group_, frame);
    const float* const hertz = hertz_.at(group_, frame);
    Answers same;
    ANTIPHON_EACH same.part[p] = hn::And(hn::Eq(hn::LoadU(Real(), at + p * kPart), lastSemitones_.part[p]),
                                         hn::Eq(hn::LoadU(Real(), hertz + p * kPart), lastHertz_.part[p]));
    return same.bits() == (1u << kLanes) - 1;
  }
  HWY_INLINE void work(int frame) {
    lastSemitones_ = Lanes::from(semitones_.at(group_, frame));
    lastHertz_ = Lanes::from(hertz_.at(group_, frame));
    turns_ = tuning_.turns(lastSemitones_, lastHertz_);
    steps_ = Tuning::stepOf(turns_);
  }

  const Tuning& tuning_;
  const Heard &semitones_, &hertz_;
  int group_;
  bool steady_;
  Lanes lastSemitones_, lastHertz_, turns_;
  Steps steps_;
};

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
