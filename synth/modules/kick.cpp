// A bass drum: a tone that falls, and the beater's click.
#define ANTIPHON_VECTORS "synth/modules/kick.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/drums-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Kick {
 public:
  struct Voices {
    Ring body{}, bend{}, click{};
    Tone tone{};
    Hiss hiss{};

    void strike(std::size_t lane, std::uint32_t seed) {
      for (Ring* ring : {&body, &bend, &click}) ring->strike(lane);
      tone.strike(lane);
      hiss.strike(lane, seed);
    }
    HWY_INLINE Lanes loud() const { return body.now() + click.now(); }
  };
  struct Shape {
    Lanes turns, fade, octaves, drop, sag, click, push, calm;
  };

  explicit Kick(float rate) : rate_{rate}, clickFade_{std::exp2(-9.9657843f / (0.006f * rate))} {}

  HWY_INLINE Shape shapeOf(const Block& block, int g, int f) const {
    const auto says = [&](std::size_t inlet) HWY_ATTR { return Lanes::from(block.in[inlet].at(g, f)); };
    // The old machine is a resonance that is kicked: one octave at once, then a sigh as it grows quieter.
    const bool machine = block.in[kStyle].at(0, 0)[0] > 0.5f;
    const Lanes push = max(says(kDrive) * 8.0f, 0.05f);
    return {says(kFreq) * ratioOf(says(kTune)) * (1.0f / rate_),
            fadeOf(says(kDecay), rate_),
            says(kSweep) * (machine ? 0.4f / 12 : 1.0f / 12),
            fadeOf(says(kDrop) * (machine ? 0.4f : 2.0f), rate_),
            machine ? 0.07f : 0.0f,
            says(kClick) * (machine ? 0.2f : 0.5f),
            push,
            1.0f / tanh(push)};
  }
  HWY_INLINE Lanes next(Voices& voices, const Shape& shape) const {
    const Lanes level = voices.body.next(shape.fade), bend = voices.bend.next(shape.drop);
    const Lanes turns = shape.turns * exp2(mulAdd(bend, shape.octaves, level * shape.sag));
    const Lanes tone = sineOf(voices.tone.next(turns)) * level;
    const Lanes click = voices.hiss.next() * voices.click.next(clickFade_);
    return tanh(mulAdd(click, shape.click, tone) * shape.push) * shape.calm;
  }

 private:
  enum Of : std::size_t { kTrigger, kFreq, kDecay, kTune, kSweep, kDrop, kClick, kDrive, kStyle };
  float rate_, clickFade_;
};

std::unique_ptr<Module> makeKick(const Place& place) { return std::make_unique<Drum<Kick>>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeKick);

const ModuleType& kickModule() {
  static const ModuleType type{
      .name = "kick",
      .family = "drums",
      .purpose = "A bass drum: a tone that falls, and the beater's click.",
      .inlets = {signalInlet("trigger", "struck when it rises above 0, as hard as it says"),
                 knob("freq", "what it falls to", Unit::hertz, 20, 400, 60, Curve::exponential),
                 knob("decay", "until it is 60 dB down", Unit::seconds, 0.02, 10, 0.5, Curve::exponential),
                 knob("tune", "higher or lower", Unit::semitones, -48, 48, 0),
                 knob("sweep", "how far it falls", Unit::semitones, 0, 72, 30),
                 knob("drop", "how long it falls", Unit::seconds, 0.005, 1, 0.06, Curve::exponential),
                 knob("click", "how hard the beater is", Unit::plain, 0, 1, 0.3),
                 knob("drive", "how far it is driven", Unit::plain, 0, 1, 0.2),
                 choice("style", "a drum, or the drum machine of 1980", {"drum", "808"})},
      .outlets = {{"out", "the sound"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeKick)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
