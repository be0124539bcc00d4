// A cowbell: two square tones that do not agree, as the drum machine of 1980 has them.
#define ANTIPHON_VECTORS "synth/modules/cowbell.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/drums-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Cowbell {
 public:
  struct Voices {
    Ring clank{}, ring{};
    Tone low{}, high{};
    alignas(32) float lowSquare[kLanes] = {}, highSquare[kLanes] = {};
    Sieve sieve{};

    void strike(std::size_t lane, std::uint32_t) {
      clank.strike(lane);
      ring.strike(lane);
      low.strike(lane);
      high.strike(lane);
      lowSquare[lane] = highSquare[lane] = 0;
      sieve.strike(lane);
    }
    HWY_INLINE Lanes loud() const { return ring.now() + clank.now(); }
  };
  struct Shape {
    Lanes low, high, fade;
    Sieve::Bend bend;
  };

  explicit Cowbell(float rate) : rate_{rate}, clankFade_{std::exp2(-9.9657843f / (0.06f * rate))} {}

  HWY_INLINE Shape shapeOf(const Block& block, int g, int f) const {
    const auto says = [&](std::size_t inlet) HWY_ATTR { return Lanes::from(block.in[inlet].at(g, f)); };
    const Lanes turns = says(kFreq) * ratioOf(says(kTune)) * (1.0f / rate_);
    return {turns, turns * 1.481f, fadeOf(says(kDecay), rate_), Sieve::at(turns * 1.7f, 0.6f)};
  }
  HWY_INLINE Lanes next(Voices& voices, const Shape& shape) const {
    const Lanes level = voices.ring.next(shape.fade) * 0.5f + voices.clank.next(clankFade_) * 0.5f;
    const Lanes both =
        square(voices.low, voices.lowSquare, shape.low) + square(voices.high, voices.highSquare, shape.high);
    return voices.sieve.next(both, shape.bend).band * 0.4f * level;
  }

 private:
  enum Of : std::size_t { kTrigger, kFreq, kDecay, kTune };

  /// A square is the sum of its edges, of which the oldest are forgotten.
  static HWY_INLINE Lanes square(Tone& tone, float* sum, Lanes turns) {
    const Lanes count = max(floor(0.2f / turns + 0.5f), 1.0f);
    const Lanes now = mulAdd(Lanes::from(sum), 1.0f - turns * 0.3f, edges(tone.next(turns), count) * turns * 8.0f);
    now.to(sum);
    return now;
  }

  float rate_, clankFade_;
};

std::unique_ptr<Module> makeCowbell(const Place& place) { return std::make_unique<Drum<Cowbell>>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeCowbell);

const ModuleType& cowbellModule() {
  static const ModuleType type{
      .name = "cowbell",
      .family = "drums",
      .purpose = "A cowbell: two square tones that do not agree, as the drum machine of 1980 has them.",
      .inlets = {signalInlet("trigger", "struck when it rises above 0, as hard as it says"),
                 knob("freq", "the lower of the two", Unit::hertz, 100, 4000, 540, Curve::exponential),
                 knob("decay", "until it is 60 dB down", Unit::seconds, 0.02, 5, 0.4, Curve::exponential),
                 knob("tune", "higher or lower", Unit::semitones, -36, 36, 0)},
      .outlets = {{"out", "the sound"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeCowbell)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
