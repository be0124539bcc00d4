// How envelopes go from one level to the next, for one vector unit at a time.
#if defined(ANTIPHON_SYNTH_STAGES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ANTIPHON_SYNTH_STAGES_INL
#undef ANTIPHON_SYNTH_STAGES_INL
#else
#define ANTIPHON_SYNTH_STAGES_INL
#endif

#include "synth/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

// Each stage is the charging of a capacitor, aimed a little beyond where it ends so that it ends at all: upwards a good
// deal, for a nearly straight attack; downwards hardly, for a natural decay.
constexpr float kBeyondTop = 1.3f;
constexpr float kBelowBottom = -0.0001f;
// The natural logarithms of how much is left of each way at its end: (1.3 - 1) / 1.3 and 0.0001 / 1.0001.
constexpr float kAttackLog = -1.46633707f, kFallLog = -9.21044037f;

/// What part of its way a level goes in a frame.
class Haste {
 public:
  explicit Haste(SampleRate rate) : perFrame_{static_cast<float>(1 / rate.hertz)} {}

  /// So that after so many seconds there is left what the logarithm says.
  HWY_INLINE Lanes share(Lanes seconds, float log) const {
    return 1.0f - exp(Lanes(log * perFrame_) / max(seconds, perFrame_));
  }
  /// So that after so many seconds 63% is done; at once if there are none.
  HWY_INLINE Lanes lag(Lanes seconds) const {
    return choose(seconds > 0.0f, 1.0f - exp(Lanes(-perFrame_) / max(seconds, 1e-9f)), 1.0f);
  }
  float perFrame() const { return perFrame_; }

 private:
  float perFrame_;
};

/// Where eight envelopes are between two blocks.
struct Levels {
  alignas(32) float level[kLanes] = {}, rising[kLanes] = {}, gate[kLanes] = {};
};

/// A frame towards its goal, by that part of the way; at the top the way up is over.
HWY_INLINE void climb(Lanes& level, Lanes& rising, Lanes goal, Lanes part) {
  level = max(mulAdd(goal - level, part, level), 0.0f);
  rising = choose(level >= 1.0f, 0.0f, rising);
  level = min(level, 1.0f);
}

/// Where eight envelopes are while a block is worked on.
struct Climb {
  Lanes level, rising, before;

  explicit HWY_INLINE Climb(const Levels& from)
      : level{Lanes::from(from.level)}, rising{Lanes::from(from.rising)}, before{Lanes::from(from.gate)} {}
  HWY_INLINE void to(Levels& levels) const {
    level.to(levels.level);
    rising.to(levels.rising);
    before.to(levels.gate);
  }
  HWY_INLINE Answers up() const { return rising > 0.5f; }
  HWY_INLINE void go(Lanes goal, Lanes part) { climb(level, rising, goal, part); }
};

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
