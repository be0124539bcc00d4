// Two poles that are a low-pass, a high-pass, a band-pass and a notch at once.
#include <algorithm>
#include <vector>

#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/modules/svf.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/curves-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

// Even at full resonance a little is lost in each turn, so that what comes in cannot pile up without end.
constexpr float kLeastLoss = 0.004f, kMostLoss = 1.41421356f;

class Svf final : public Module {
  enum Into { kIn, kCutoff, kResonance, kPitch };

 public:
  explicit Svf(const Place& place) : bending_{place.rate}, poles_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    int g = 0;
    for (; g + 2 <= block.groups; g += 2) run<2>(block, g);
    for (; g < block.groups; ++g) run<1>(block, g);
  }
  void calm() override { std::fill(poles_.begin(), poles_.end(), Poles{}); }

 private:
  struct Poles {
    alignas(32) float band[kLanes] = {}, low[kLanes] = {};
  };
  struct Knobs {
    Lanes cutoff, resonance, pitch;

    static HWY_INLINE Knobs at(const Block& block, int g, int f) {
      return {Lanes::from(block.in[kCutoff].at(g, f)), Lanes::from(block.in[kResonance].at(g, f)),
              Lanes::from(block.in[kPitch].at(g, f))};
    }
    friend HWY_INLINE bool operator!=(const Knobs& a, const Knobs& b) {
      return (differ(a.cutoff, b.cutoff) | differ(a.resonance, b.resonance) | differ(a.pitch, b.pitch)).any();
    }
  };
  struct Tuned {
    Lanes loss, a1, a2, a3;
  };

  HWY_INLINE void tune(const Knobs& knobs, Tuned& t) const {
    const Bent bent = bending_.bend(knobs.cutoff * ratioOf(knobs.pitch));
    t.loss = mulAdd(1.0f - knobs.resonance, kMostLoss - kLeastLoss, kLeastLoss);
    const Lanes sine2 = bent.sine * bent.sine, both = bent.sine * bent.cosine, cosine2 = bent.cosine * bent.cosine;
    const Lanes scale = 1.0f / mulAdd(t.loss, both, sine2 + cosine2);
    t.a1 = cosine2 * scale;
    t.a2 = both * scale;
    t.a3 = sine2 * scale;
  }

  /// Some groups together, since each frame has to wait for the one before it.
  template <std::size_t kTogether>
  HWY_INLINE void run(const Block& block, int first) {
    const bool moving = !(block.in[kCutoff].steady() && block.in[kResonance].steady() && block.in[kPitch].steady());
    Lanes band[kTogether], low[kTogether];
    Knobs knobs[kTogether];
    Tuned tuned[kTogether];
    for (std::size_t i = 0; i < kTogether; ++i) {
      const Poles& poles = poles_[static_cast<std::size_t>(first) + i];
      band[i] = Lanes::from(poles.band);
      low[i] = Lanes::from(poles.low);
      knobs[i] = Knobs::at(block, first + static_cast<int>(i), 0);
      tune(knobs[i], tuned[i]);
    }
    for (int f = 0; f < block.frames; ++f) {
#pragma GCC unroll 2
      for (std::size_t i = 0; i < kTogether; ++i) {
        const int g = first + static_cast<int>(i);
        Tuned& t = tuned[i];
        if (moving) {
          const Knobs now = Knobs::at(block, g, f);
          if (now != knobs[i]) tune(knobs[i] = now, t);
        }
        const Lanes in = Lanes::from(block.in[kIn].at(g, f));
        const Lanes rest = in - low[i];
        const Lanes v1 = mulAdd(t.a2, rest, t.a1 * band[i]);
        const Lanes v2 = mulAdd(t.a3, rest, mulAdd(t.a2, band[i], low[i]));
        band[i] = mulSub(2.0f, v1, band[i]);
        low[i] = mulSub(2.0f, v2, low[i]);
        const Lanes lost = t.loss * v1;
        v2.to(block.out[0].at(g, f));
        (in - lost - v2).to(block.out[1].at(g, f));
        lost.to(block.out[2].at(g, f));
        (in - lost).to(block.out[3].at(g, f));
      }
    }
    for (std::size_t i = 0; i < kTogether; ++i) {
      Poles& poles = poles_[static_cast<std::size_t>(first) + i];
      band[i].to(poles.band);
      low[i].to(poles.low);
    }
  }

  Bending bending_;
  std::vector<Poles> poles_;
};

std::unique_ptr<Module> makeSvf(const Place& place) { return std::make_unique<Svf>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeSvf);

const ModuleType& svfModule() {
  static const ModuleType type{
      .name = "svf",
      .family = "filters",
      .purpose =
          "Two poles, 12 dB an octave: low, high, band and notch at once. It bears a cutoff moved as fast as a tone.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("cutoff", "where it parts what is low from what is high", Unit::hertz, 20, 20000, 1000,
                      Curve::exponential),
                 knob("resonance", "how much rings at the cutoff", Unit::plain, 0, 1, 0.2),
                 signalInlet("pitch", "semitones that the cutoff is higher: patch keys or an envelope here")},
      .outlets = {{"low", "what is below the cutoff"},
                  {"high", "what is above"},
                  {"band", "what is about it, as loud as it came in"},
                  {"notch", "all but that"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeSvf)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
