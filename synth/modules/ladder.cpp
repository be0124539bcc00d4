// Four low-pass poles with feedback around them, the filter of the classic synthesizers.
#include <algorithm>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "synth/modules/ladder.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/curves-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

// Without drive the filter is linear up to here (+21 dB), where it stops a resonance at its edge from running away.
constexpr float kLoudest = 12;

enum Into { kIn, kCutoff, kResonance, kDrive, kPitch };

/// What the knobs make of one group's filters. With one pole's y = g * in + h * state, and state' = 2 * y - state.
struct Tuned {
  Lanes ratio, feedback, drive, undrive, loudness;
  Lanes g, g2, g4, h;
  Lanes in, back;  // what of the input, and of the poles' memory, goes into the first pole
};

class Ladder final : public Module {
 public:
  explicit Ladder(const Place& place) : bending_{place.rate}, poles_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    const bool moving = !(block.in[kCutoff].steady() && block.in[kResonance].steady() && block.in[kDrive].steady() &&
                          block.in[kPitch].steady());
    const bool driven = !block.in[kDrive].steady() || block.in[kDrive].at(0, 0)[0] > 0;
    if (moving && driven) all<true, true>(block);
    else if (moving) all<true, false>(block);
    else if (driven) all<false, true>(block);
    else all<false, false>(block);
  }
  void calm() override { std::fill(poles_.begin(), poles_.end(), Poles{}); }

 private:
  struct Poles {
    // What the poles remember, times a scale: see run().
    alignas(32) float at[4][kLanes] = {};
    alignas(32) float scale[kLanes] = {1, 1, 1, 1, 1, 1, 1, 1};
  };
  struct Knobs {
    Lanes cutoff, resonance, drive, pitch;

    static HWY_INLINE Knobs at(const Block& block, int g, int f) {
      return {Lanes::from(block.in[kCutoff].at(g, f)), Lanes::from(block.in[kResonance].at(g, f)),
              Lanes::from(block.in[kDrive].at(g, f)), Lanes::from(block.in[kPitch].at(g, f))};
    }
  };

  template <bool kDriven>
  static HWY_INLINE void tuneFeedback(const Knobs& knobs, Tuned& t) {
    // At 4 the feedback makes up for all that the poles lose. Driven, it has to make up for what saturates as well;
    // that comes in only where the knob's way ends.
    t.feedback = knobs.resonance * 4.0f;
    if constexpr (kDriven) {
      Lanes end = knobs.resonance * knobs.resonance;  // to the power of 32
      for (int i = 0; i < 4; ++i) end *= end;
      t.feedback = mulAdd(end, 0.4f, t.feedback);
      t.drive = max(knobs.drive, 0.01f);
      t.undrive = 1.0f / t.drive;
      t.loudness = t.drive / tanh(t.drive);  // full scale stays full scale
    }
  }
  HWY_INLINE void tunePoles(const Knobs& knobs, Tuned& t) const {
    const Bent bent = bending_.bend(knobs.cutoff * t.ratio);
    t.h = bent.cosine / (bent.sine + bent.cosine);
    t.g = 1.0f - t.h;
    t.g2 = t.g * t.g;
    t.g4 = t.g2 * t.g2;
    const Lanes scale = 1.0f / mulAdd(t.feedback, t.g4, 1.0f);
    t.back = t.feedback * scale;
    t.in = mulAdd(t.feedback, 0.5f, 1.0f) * scale;  // half of the bass that feedback takes is given back
  }
  template <bool kDriven>
  HWY_INLINE void tune(const Knobs& knobs, Tuned& t) const {
    t.ratio = ratioOf(knobs.pitch);
    tuneFeedback<kDriven>(knobs, t);
    tunePoles(knobs, t);
  }
  /// The same, but only what has changed.
  template <bool kDriven>
  HWY_INLINE void retune(const Knobs& before, const Knobs& now, Tuned& t) const {
    const Answers feedback = differ(before.resonance, now.resonance) | differ(before.drive, now.drive);
    const Answers pitch = differ(before.pitch, now.pitch);
    if (!(feedback | pitch | differ(before.cutoff, now.cutoff)).any()) return;
    if (pitch.any()) t.ratio = ratioOf(now.pitch);
    if (feedback.any()) tuneFeedback<kDriven>(now, t);
    tunePoles(now, t);
  }

  template <bool kMoving, bool kDriven>
  void all(const Block& block) {
    int g = 0;
    if constexpr (!kMoving) {
      for (; g + 4 <= block.groups; g += 4) run<4, kMoving, kDriven>(block, g);
    }
    for (; g + 2 <= block.groups; g += 2) run<2, kMoving, kDriven>(block, g);
    for (; g < block.groups; ++g) run<1, kMoving, kDriven>(block, g);
  }

  /// Some groups together: each frame has to wait for the one before it, and meanwhile another group's is worked out.
  /// For the same reason the poles' memories are all worked out from the first pole's input alone, and while the knobs
  /// stand still they are kept times h, which leaves three operations in a row from frame to frame for each.
  template <std::size_t kTogether, bool kMoving, bool kDriven>
  HWY_INLINE void run(const Block& block, int first) {
    constexpr std::size_t kTunings = kMoving ? kTogether : 1;
    Lanes m1[kTogether], m2[kTogether], m3[kTogether], m4[kTogether];
    Knobs knobs[kTunings];
    Tuned tuned[kTunings];
    for (std::size_t i = 0; i < kTunings; ++i) {
      knobs[i] = Knobs::at(block, first + static_cast<int>(i), 0);
      tune<kDriven>(knobs[i], tuned[i]);
    }
    for (std::size_t i = 0; i < kTogether; ++i) {
      const Poles& poles = poles_[static_cast<std::size_t>(first) + i];
      const Lanes scale = (kMoving ? Lanes(1.0f) : tuned[0].h) / Lanes::from(poles.scale);
      m1[i] = Lanes::from(poles.at[0]) * scale;
      m2[i] = Lanes::from(poles.at[1]) * scale;
      m3[i] = Lanes::from(poles.at[2]) * scale;
      m4[i] = Lanes::from(poles.at[3]) * scale;
    }
    const Lanes twice = tuned[0].h * 2.0f, b1 = twice * tuned[0].g, b2 = b1 * tuned[0].g, b3 = b2 * tuned[0].g,
                b4 = b3 * tuned[0].g;
    for (int f = 0; f < block.frames; ++f) {
#pragma GCC unroll 4
      for (std::size_t i = 0; i < kTogether; ++i) {
        Tuned& t = tuned[kMoving ? i : 0];
        if constexpr (kMoving) {
          const Knobs now = Knobs::at(block, first + static_cast<int>(i), f);
          retune<kDriven>(knobs[i], now, t);
          knobs[i] = now;
        }
        // What each pole would say if nothing came into the first.
        Lanes q1 = m1[i], q2 = m2[i], q3 = m3[i], q4 = m4[i];
        if constexpr (kMoving) {
          q1 *= t.h;
          q2 *= t.h;
          q3 *= t.h;
          q4 *= t.h;
        }
        const Lanes pair = mulAdd(t.g, q3, q4);
        q2 = mulAdd(t.g, q1, q2);
        q3 = mulAdd(t.g, q2, q3);
        q4 = mulAdd(t.g2, q2, pair);
        Lanes u = subMul(Lanes::from(block.in[kIn].at(first + static_cast<int>(i), f)) * t.in, t.back, q4);
        if constexpr (kDriven) u = saturated(u * t.drive) * t.undrive;
        else u = within(-kLoudest, u, kLoudest);
        const Lanes y4 = mulAdd(t.g4, u, q4);
        if constexpr (kMoving) {
          m1[i] = mulSub(2.0f, mulAdd(t.g, u, q1), m1[i]);
          m2[i] = mulSub(2.0f, mulAdd(t.g2, u, q2), m2[i]);
          m3[i] = mulSub(2.0f, mulAdd(t.g2 * t.g, u, q3), m3[i]);
          m4[i] = mulSub(2.0f, y4, m4[i]);
        } else {
          m1[i] = mulAdd(b1, u, mulSub(twice, q1, m1[i]));
          m2[i] = mulAdd(b2, u, mulSub(twice, q2, m2[i]));
          m3[i] = mulAdd(b3, u, mulSub(twice, q3, m3[i]));
          m4[i] = mulAdd(b4, u, mulSub(twice, q4, m4[i]));
        }
        (kDriven ? y4 * t.loudness : y4).to(block.out[0].at(first + static_cast<int>(i), f));
      }
    }
    for (std::size_t i = 0; i < kTogether; ++i) {
      Poles& poles = poles_[static_cast<std::size_t>(first) + i];
      m1[i].to(poles.at[0]);
      m2[i].to(poles.at[1]);
      m3[i].to(poles.at[2]);
      m4[i].to(poles.at[3]);
      (kMoving ? Lanes(1.0f) : tuned[0].h).to(poles.scale);
    }
  }

  Bending bending_;
  std::vector<Poles> poles_;
};

std::unique_ptr<Module> makeLadder(const Place& place) { return std::make_unique<Ladder>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeLadder);

const ModuleType& ladderModule() {
  static const ModuleType type{
      .name = "ladder",
      .family = "filters",
      .purpose = "Four low-pass poles with feedback around them: 24 dB an octave, as in the classic synthesizers.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("cutoff", "what is above is taken away", Unit::hertz, 20, 20000, 2000, Curve::exponential),
                 knob("resonance", "how much rings at the cutoff; at 1 it sings by itself", Unit::plain, 0, 1, 0.2),
                 knob("drive", "0: clean; above, it saturates", Unit::plain, 0, 10, 0),
                 signalInlet("pitch", "semitones that the cutoff is higher: patch keys or an envelope here")},
      .outlets = {{"out", "what is left"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeLadder)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
