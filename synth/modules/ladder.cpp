// Four low-pass poles with feedback around them, the filter of the classic synthesizers.
#include <algorithm>
#include <vector>

#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/modules/ladder.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/curves-inl.hpp"
#include "synth/pairs-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

// Without drive the filter is linear up to here (+21 dB), where it stops a resonance at its edge from running away.
constexpr float kLoudest = 12;

/// What goes into the first pole: so much of the input and of the poles' memory, driven or up to a limit.
struct Entrance {
  Lanes in, back, drive, undrive, limit;
};
/// What the knobs make of one group's filters. With one pole's y = g * in + h * state, and state' = 2 * y - state.
struct Tuned {
  Entrance entrance;
  Lanes ratio, feedback, loudness;
  Lanes g, g2, g4, h;
};

class Ladder final : public Module {
  enum Into { kIn, kCutoff, kResonance, kDrive, kPitch };

 public:
  explicit Ladder(const Place& place) : bending_{place.rate}, poles_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    bool moving = false;
    alike_ = true;
    for (std::size_t i = kCutoff; i <= kPitch; ++i) {
      moving = moving || !block.in[i].steady();
      alike_ = alike_ && block.in[i].alike();
    }
    const bool driven = !block.in[kDrive].alike() || block.in[kDrive].at(0, 0)[0] > 0;
    if (moving && driven) all<true, true>(block);
    else if (moving) all<true, false>(block);
    else if (driven) all<false, true>(block);
    else all<false, false>(block);
  }
  void calm() override { std::fill(poles_.begin(), poles_.end(), Poles{}); }

 private:
  struct Poles {
    // What they remember, the last times h, the one before times h * g, and so on.
    alignas(32) float at[4][kLanes] = {};
    alignas(32) float g[kLanes] = {1, 1, 1, 1, 1, 1, 1, 1}, h[kLanes] = {1, 1, 1, 1, 1, 1, 1, 1};

    HWY_INLINE void load(Lanes newG, Lanes newH, Lanes& m1, Lanes& m2, Lanes& m3, Lanes& m4) const {
      const Lanes more = newG / Lanes::from(g), once = newH / Lanes::from(h), twice = once * more;
      m1 = Lanes::from(at[0]) * (twice * more * more);
      m2 = Lanes::from(at[1]) * (twice * more);
      m3 = Lanes::from(at[2]) * twice;
      m4 = Lanes::from(at[3]) * once;
    }
    HWY_INLINE void measure(Lanes newG, Lanes newH) {
      newG.to(g);
      newH.to(h);
    }
    HWY_INLINE void store(Lanes m1, Lanes m2, Lanes m3, Lanes m4) {
      m1.to(at[0]);
      m2.to(at[1]);
      m3.to(at[2]);
      m4.to(at[3]);
    }
  };
  struct Told {
    float cutoff = -1, resonance = 0, drive = 0, pitch = 0;
    friend bool operator==(const Told&, const Told&) = default;
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
    t.entrance.limit = kLoudest;
    if constexpr (kDriven) {
      Lanes end = knobs.resonance * knobs.resonance;  // to the power of 32
      for (int i = 0; i < 4; ++i) end *= end;
      t.feedback = mulAdd(end, 0.4f, t.feedback);
      const Lanes drive = max(knobs.drive, 0.01f);
      t.entrance.drive = drive;
      t.entrance.undrive = 1.0f / drive;
      t.loudness = drive / tanh(drive);  // full scale stays full scale
    }
  }
  HWY_INLINE void tunePoles(const Knobs& knobs, Tuned& t) const {
    const Bent bent = bending_.bend(knobs.cutoff * t.ratio);
    t.h = bent.cosine / (bent.sine + bent.cosine);
    t.g = 1.0f - t.h;
    t.g2 = t.g * t.g;
    t.g4 = t.g2 * t.g2;
    const Lanes scale = 1.0f / mulAdd(t.feedback, t.g4, 1.0f);
    t.entrance.back = t.feedback * scale;
    t.entrance.in = mulAdd(t.feedback, 0.5f, 1.0f) * scale;  // half of the bass that feedback takes is given back
  }
  template <bool kDriven>
  HWY_NOINLINE void tune(const Knobs& knobs, Tuned& t) const {
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
    tuneAnew<kDriven>(now, t, pitch.any(), feedback.any());
  }

  template <bool kDriven>
  HWY_NOINLINE void tuneAnew(const Knobs& knobs, Tuned& t, bool pitch, bool feedback) const {
    if (pitch) t.ratio = ratioOf(knobs.pitch);
    if (feedback) tuneFeedback<kDriven>(knobs, t);
    tunePoles(knobs, t);
  }

  /// All voices at once; while nobody turns a knob, what was worked out holds.
  template <bool kDriven>
  HWY_INLINE void tuneAlike(const Block& block) {
    const Told told{block.in[kCutoff].at(0, 0)[0], block.in[kResonance].at(0, 0)[0], block.in[kDrive].at(0, 0)[0],
                    block.in[kPitch].at(0, 0)[0]};
    if (told == told_) return;
    told_ = told;
    tune<kDriven>(Knobs::at(block, 0, 0), alikeTuned_);
  }

  template <bool kMoving, bool kDriven>
  void all(const Block& block) {
    int g = 0;
    if constexpr (kMoving) {
      for (; g + 2 <= block.groups; g += 2) follow<2, kDriven>(block, g);
      for (; g < block.groups; ++g) follow<1, kDriven>(block, g);
    } else {
      if (alike_) tuneAlike<kDriven>(block);
      const Tuned& tuned = alikeTuned_;
#ifdef ANTIPHON_HAVE_PAIRS
      if constexpr (!kDriven) {
        for (; alike_ && g + 8 <= block.groups; g += 8) holdPairs<4>(block, g, tuned);
        for (; alike_ && g + 4 <= block.groups; g += 4) holdPairs<2>(block, g, tuned);
      }
#endif
      for (; g + 4 <= block.groups; g += 4) hold<4, kDriven>(block, g, tuned);
      for (; g + 2 <= block.groups; g += 2) hold<2, kDriven>(block, g, tuned);
      for (; g < block.groups; ++g) hold<1, kDriven>(block, g, tuned);
    }
  }

  /// Some groups together: each frame has to wait for the one before it, and meanwhile another group's is worked out.
  /// For the same reason the poles' memories are all worked out from the first pole's input alone.
  template <std::size_t kTogether, bool kDriven>
  HWY_INLINE void follow(const Block& block, int first) {
    const Heard in = block.in[kIn];
    Lanes m1[kTogether], m2[kTogether], m3[kTogether], m4[kTogether];
    Knobs knobs[kTogether];
    Tuned tuned[kTogether];
    for (std::size_t i = 0; i < kTogether; ++i) {
      knobs[i] = Knobs::at(block, first + static_cast<int>(i), 0);
      tune<kDriven>(knobs[i], tuned[i]);
      Poles& poles = poles_[static_cast<std::size_t>(first) + i];
      poles.load(1.0f, 1.0f, m1[i], m2[i], m3[i], m4[i]);
      poles.measure(1.0f, 1.0f);
    }
    for (int f = 0; f < block.frames; ++f) {
#pragma GCC unroll 2
      for (std::size_t i = 0; i < kTogether; ++i) {
        const int g = first + static_cast<int>(i);
        Tuned& t = tuned[i];
        const Knobs now = Knobs::at(block, g, f);
        retune<kDriven>(knobs[i], now, t);
        knobs[i] = now;
        // What each pole would say if nothing came into the first.
        const Lanes q1 = m1[i] * t.h, last = m4[i] * t.h, pair = mulAdd(t.g, m3[i] * t.h, last);
        const Lanes q2 = mulAdd(t.g, q1, m2[i] * t.h), q3 = mulAdd(t.g, q2, m3[i] * t.h), q4 = mulAdd(t.g2, q2, pair);
        const Lanes u = entering<kDriven>(t.entrance, Lanes::from(in.at(g, f)), q4);
        const Lanes y4 = mulAdd(t.g4, u, q4);
        m1[i] = mulSub(2.0f, mulAdd(t.g, u, q1), m1[i]);
        m2[i] = mulSub(2.0f, mulAdd(t.g2, u, q2), m2[i]);
        m3[i] = mulSub(2.0f, mulAdd(t.g2 * t.g, u, q3), m3[i]);
        m4[i] = mulSub(2.0f, y4, m4[i]);
        (kDriven ? y4 * t.loudness : y4).to(block.out[0].at(g, f));
      }
    }
    for (std::size_t i = 0; i < kTogether; ++i)
      poles_[static_cast<std::size_t>(first) + i].store(m1[i], m2[i], m3[i], m4[i]);
  }

  /// Likewise while the knobs stand still. If the last pole's output is measured as it is, that of the one before in
  /// parts of 1 / g, then 1 / g^2, and what each remembers is kept times its h, then each passes on what it hears plus
  /// what it remembers, and what is left to multiply is its memory.
  template <std::size_t kTogether, bool kDriven>
  HWY_INLINE void hold(const Block& block, int first, Tuned t) {
    const Heard in = block.in[kIn];
    Lanes m1[kTogether], m2[kTogether], m3[kTogether], m4[kTogether], memory[kTogether], loudness[kTogether];
    Entrance entrance[kTogether];
    for (std::size_t i = 0; i < kTogether; ++i) {
      if (!alike_) tune<kDriven>(Knobs::at(block, first + static_cast<int>(i), 0), t);
      Poles& poles = poles_[static_cast<std::size_t>(first) + i];
      poles.load(t.g, t.h, m1[i], m2[i], m3[i], m4[i]);
      poles.measure(t.g, t.h);
      memory[i] = t.h - t.g;
      entrance[i] = t.entrance;
      if constexpr (kDriven) {
        entrance[i].undrive *= t.g4;
        loudness[i] = t.loudness;
      } else {
        entrance[i].in *= t.g4;
        entrance[i].back *= t.g4;
        entrance[i].limit *= t.g4;
      }
    }
    const float* from[kTogether];
    float* to[kTogether];
    for (std::size_t i = 0; i < kTogether; ++i) {
      from[i] = in.at(first + static_cast<int>(i), 0);
      to[i] = block.out[0].at(first + static_cast<int>(i), 0);
    }
    for (int f = 0; f < block.frames; ++f) {
#pragma GCC unroll 4
      for (std::size_t i = 0; i < kTogether; ++i) {
        const Lanes q2 = m1[i] + m2[i], q3 = q2 + m3[i], q4 = q2 + (m3[i] + m4[i]);
        const Lanes u =
            entering<kDriven>(entrance[i], Lanes::from(from[i] + static_cast<std::size_t>(f) * in.perFrame), q4);
        const Lanes y1 = u + m1[i], y2 = u + q2, y3 = u + q3, y4 = u + q4;
        m1[i] = mulAdd(memory[i], y1, u);
        m2[i] = mulAdd(memory[i], y2, y1);
        m3[i] = mulAdd(memory[i], y3, y2);
        m4[i] = mulAdd(memory[i], y4, y3);
        (kDriven ? y4 * loudness[i] : y4).to(to[i] + f * kLanes);
      }
    }
    for (std::size_t i = 0; i < kTogether; ++i)
      poles_[static_cast<std::size_t>(first) + i].store(m1[i], m2[i], m3[i], m4[i]);
  }

#ifdef ANTIPHON_HAVE_PAIRS
  /// Likewise, two groups in each vector, where all are tuned alike.
  template <std::size_t kPairs>
  HWY_INLINE void holdPairs(const Block& block, int first, const Tuned& t) {
    const Heard in = block.in[kIn];
    Pair m1[kPairs], m2[kPairs], m3[kPairs], m4[kPairs];
    const float *low[kPairs], *high[kPairs];
    float *lowOut[kPairs], *highOut[kPairs];
    for (std::size_t i = 0; i < kPairs; ++i) {
      const int g = first + 2 * static_cast<int>(i);
      Lanes one[4], other[4];
      takeUp(g, t, one);
      takeUp(g + 1, t, other);
      m1[i] = Pair::of(one[0], other[0]);
      m2[i] = Pair::of(one[1], other[1]);
      m3[i] = Pair::of(one[2], other[2]);
      m4[i] = Pair::of(one[3], other[3]);
      low[i] = in.at(g, 0);
      high[i] = in.at(g + 1, 0);
      lowOut[i] = block.out[0].at(g, 0);
      highOut[i] = block.out[0].at(g + 1, 0);
    }
    const Pair memory = Pair::twice(t.h - t.g), limit = Pair::twice(t.entrance.limit * t.g4), least = -limit;
    const Pair enters = Pair::twice(t.entrance.in * t.g4), back = Pair::twice(t.entrance.back * t.g4);
    for (int f = 0; f < block.frames; ++f) {
      const std::size_t at = static_cast<std::size_t>(f) * in.perFrame;
#pragma GCC unroll 4
      for (std::size_t i = 0; i < kPairs; ++i) {
        const Pair q2 = m1[i] + m2[i], q3 = q2 + m3[i], q4 = q2 + (m3[i] + m4[i]);
        const Pair u = within(least, subMul(Pair::from(low[i] + at, high[i] + at) * enters, back, q4), limit);
        const Pair y1 = u + m1[i], y2 = u + q2, y3 = u + q3, y4 = u + q4;
        m1[i] = mulAdd(memory, y1, u);
        m2[i] = mulAdd(memory, y2, y1);
        m3[i] = mulAdd(memory, y3, y2);
        m4[i] = mulAdd(memory, y4, y3);
        y4.to(lowOut[i] + f * kLanes, highOut[i] + f * kLanes);
      }
    }
    for (std::size_t i = 0; i < kPairs; ++i) {
      Poles &one = poles_[static_cast<std::size_t>(first) + 2 * i],
            &other = poles_[static_cast<std::size_t>(first) + 2 * i + 1];
      m1[i].to(one.at[0], other.at[0]);
      m2[i].to(one.at[1], other.at[1]);
      m3[i].to(one.at[2], other.at[2]);
      m4[i].to(one.at[3], other.at[3]);
    }
  }
  HWY_INLINE void takeUp(int group, const Tuned& t, Lanes (&memories)[4]) {
    Poles& poles = poles_[static_cast<std::size_t>(group)];
    poles.load(t.g, t.h, memories[0], memories[1], memories[2], memories[3]);
    poles.measure(t.g, t.h);
  }
#endif

  /// What goes into the first pole, if the last would say `last` without it.
  template <bool kDriven>
  static HWY_INLINE Lanes entering(const Entrance& t, Lanes in, Lanes last) {
    const Lanes u = subMul(in * t.in, t.back, last);
    if constexpr (kDriven) return saturated(u * t.drive) * t.undrive;
    else return within(-t.limit, u, t.limit);
  }

  Bending bending_;
  std::vector<Poles> poles_;
  bool alike_ = true;  // all voices are tuned alike
  Told told_{};
  Tuned alikeTuned_;
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
