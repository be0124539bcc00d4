// Hands that clap, not quite together, in a room.
#define ANTIPHON_VECTORS "synth/modules/clap.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/drums-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Clap {
 public:
  struct Voices {
    Ring tail{};
    alignas(32) float claps[kLanes] = {};  // that are over
    Hiss hiss{};
    Sieve sieve{};

    void strike(std::size_t lane, std::uint32_t seed) {
      tail.strike(lane);
      claps[lane] = 0;
      hiss.strike(lane, seed);
      sieve.strike(lane);
    }
    HWY_INLINE Lanes loud() const { return tail.now(); }
  };
  struct Shape {
    Lanes perFrame, fade;
    Sieve::Bend bend;
  };

  explicit Clap(float rate) : rate_{rate} {}

  HWY_INLINE Shape shapeOf(const Block& block, int g, int f) const {
    const auto says = [&](std::size_t inlet) HWY_ATTR { return Lanes::from(block.in[inlet].at(g, f)); };
    return {1.0f / (says(kSpread) * rate_), fadeOf(says(kDecay), rate_),
            Sieve::at(ratioOf(says(kTune)) * (1100.0f / rate_), 0.7f)};
  }
  HWY_INLINE Lanes next(Voices& voices, const Shape& shape) const {
    const Lanes claps = Lanes::from(voices.claps);
    // Three short ones; the fourth is the one that rings.
    const Answers early = claps < 3.0f;
    const Lanes tail = voices.tail.next(choose(early, 1.0f, shape.fade));
    const Lanes level = choose(early, exp2((claps - floor(claps)) * -6.0f), 1.0f) * tail;
    min(claps + shape.perFrame, 4.0f).to(voices.claps);
    return voices.sieve.next(voices.hiss.next(), shape.bend).band * level * 1.5f;
  }

 private:
  enum Of : std::size_t { kTrigger, kDecay, kTune, kSpread };
  float rate_;
};

std::unique_ptr<Module> makeClap(const Place& place) { return std::make_unique<Drum<Clap>>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeClap);

const ModuleType& clapModule() {
  static const ModuleType type{
      .name = "clap",
      .family = "drums",
      .purpose = "Hands that clap, not quite together, in a room.",
      .inlets = {signalInlet("trigger", "struck when it rises above 0, as hard as it says"),
                 knob("decay", "until it is 60 dB down", Unit::seconds, 0.02, 5, 0.35, Curve::exponential),
                 knob("tune", "larger or smaller hands", Unit::semitones, -24, 24, 0),
                 knob("spread", "from one pair of hands to the next", Unit::seconds, 0.002, 0.05, 0.011,
                      Curve::exponential)},
      .outlets = {{"out", "the sound"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeClap)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
