// A tom-tom: two tones of a skin that fall a little.
#define ANTIPHON_VECTORS "synth/modules/tom.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/drums-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Tom {
 public:
  struct Voices {
    Ring body{}, bend{}, stick{};
    Tone low{}, high{};
    Hiss hiss{};

    void strike(std::size_t lane, std::uint32_t seed) {
      for (Ring* ring : {&body, &bend, &stick}) ring->strike(lane);
      low.strike(lane);
      high.strike(lane);
      hiss.strike(lane, seed);
    }
    HWY_INLINE Lanes loud() const { return body.now() + stick.now(); }
  };
  struct Shape {
    Lanes turns, fade, octaves, stick;
  };

  explicit Tom(float rate)
      : rate_{rate},
        stickFade_{std::exp2(-9.9657843f / (0.04f * rate))},
        bendFade_{std::exp2(-9.9657843f / (0.25f * rate))} {}

  HWY_INLINE Shape shapeOf(const Block& block, int g, int f) const {
    const auto says = [&](std::size_t inlet) HWY_ATTR { return Lanes::from(block.in[inlet].at(g, f)); };
    return {says(kFreq) * ratioOf(says(kTune)) * (1.0f / rate_), fadeOf(says(kDecay), rate_),
            says(kSweep) * (1.0f / 12), says(kStick) * 0.4f};
  }
  HWY_INLINE Lanes next(Voices& voices, const Shape& shape) const {
    const Lanes level = voices.body.next(shape.fade);
    const Lanes turns = shape.turns * exp2(voices.bend.next(bendFade_) * shape.octaves);
    // The second tone of a round skin, which dies away twice as fast.
    const Lanes high = sineOf(voices.high.next(turns * 1.594f)) * level * level * 0.35f;
    const Lanes skin = mulAdd(sineOf(voices.low.next(turns)), level * 0.75f, high);
    return mulAdd(voices.hiss.next() * voices.stick.next(stickFade_), shape.stick, skin);
  }

 private:
  enum Of : std::size_t { kTrigger, kFreq, kDecay, kTune, kSweep, kStick };
  float rate_, stickFade_, bendFade_;
};

std::unique_ptr<Module> makeTom(const Place& place) { return std::make_unique<Drum<Tom>>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeTom);

const ModuleType& tomModule() {
  static const ModuleType type{
      .name = "tom",
      .family = "drums",
      .purpose = "A tom-tom: two tones of a skin that fall a little.",
      .inlets = {signalInlet("trigger", "struck when it rises above 0, as hard as it says"),
                 knob("freq", "its lowest tone", Unit::hertz, 30, 1000, 120, Curve::exponential),
                 knob("decay", "until it is 60 dB down", Unit::seconds, 0.02, 10, 0.6, Curve::exponential),
                 knob("tune", "higher or lower", Unit::semitones, -48, 48, 0),
                 knob("sweep", "how far it falls", Unit::semitones, 0, 48, 6),
                 knob("stick", "how hard the stick is", Unit::plain, 0, 1, 0.3)},
      .outlets = {{"out", "the sound"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeTom)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
