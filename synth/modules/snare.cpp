// A snare drum: two tones of its skin, and the rattle of its wires.
#define ANTIPHON_VECTORS "synth/modules/snare.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/drums-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Snare {
 public:
  struct Voices {
    Ring body{}, bend{}, wires{};
    Tone low{}, high{};
    Hiss hiss{};
    Sieve sieve{};

    void strike(std::size_t lane, std::uint32_t seed) {
      for (Ring* ring : {&body, &bend, &wires}) ring->strike(lane);
      low.strike(lane);
      high.strike(lane);
      hiss.strike(lane, seed);
      sieve.strike(lane);
    }
    HWY_INLINE Lanes loud() const { return body.now() + wires.now(); }
  };
  struct Shape {
    Lanes turns, higher, octaves, bodyFade, wiresFade, body, wires, through;
    Sieve::Bend bend;
  };

  explicit Snare(float rate) : rate_{rate}, bendFade_{std::exp2(-9.9657843f / (0.06f * rate))} {}

  HWY_INLINE Shape shapeOf(const Block& block, int g, int f) const {
    const auto says = [&](std::size_t inlet) HWY_ATTR { return Lanes::from(block.in[inlet].at(g, f)); };
    // The old machine has two tones an octave apart that do not fall, and wires without a middle.
    const bool machine = block.in[kStyle].at(0, 0)[0] > 0.5f;
    const Lanes snap = says(kSnap), decay = says(kDecay), hertz = says(kTone);
    return {says(kFreq) * ratioOf(says(kTune)) * (1.0f / rate_),
            machine ? 2.0f : 1.83f,
            machine ? 0.0f : 0.5f,
            fadeOf(decay * 0.7f, rate_),
            fadeOf(decay, rate_),
            (1.0f - snap) * 0.8f,
            snap * (machine ? 0.6f : 0.8f),
            machine ? 0.0f : 1.0f,
            Sieve::at(hertz * (1.0f / rate_), machine ? 1.2f : 0.9f)};
  }
  HWY_INLINE Lanes next(Voices& voices, const Shape& shape) const {
    const Lanes level = voices.body.next(shape.bodyFade) * shape.body;
    const Lanes turns = shape.turns * exp2(voices.bend.next(bendFade_) * shape.octaves);
    const Lanes skin = mulAdd(sineOf(voices.high.next(turns * shape.higher)), 0.6f, sineOf(voices.low.next(turns)));
    const Sieve::Heights rattle = voices.sieve.next(voices.hiss.next(), shape.bend);
    const Lanes wires = mulAdd(rattle.band, shape.through, rattle.high) * voices.wires.next(shape.wiresFade);
    return mulAdd(skin, level, wires * shape.wires);
  }

 private:
  enum Of : std::size_t { kTrigger, kFreq, kDecay, kTune, kSnap, kTone, kStyle };
  float rate_, bendFade_;
};

std::unique_ptr<Module> makeSnare(const Place& place) { return std::make_unique<Drum<Snare>>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeSnare);

const ModuleType& snareModule() {
  static const ModuleType type{
      .name = "snare",
      .family = "drums",
      .purpose = "A snare drum: two tones of its skin, and the rattle of its wires.",
      .inlets = {signalInlet("trigger", "struck when it rises above 0, as hard as it says"),
                 knob("freq", "its lowest tone", Unit::hertz, 50, 1000, 185, Curve::exponential),
                 knob("decay", "until it is 60 dB down", Unit::seconds, 0.02, 5, 0.25, Curve::exponential),
                 knob("tune", "higher or lower", Unit::semitones, -48, 48, 0),
                 knob("snap", "from the skin alone to the wires alone", Unit::plain, 0, 1, 0.6),
                 knob("tone", "where the wires begin", Unit::hertz, 200, 12000, 2200, Curve::exponential),
                 choice("style", "a drum, or the drum machine of 1980", {"drum", "808"})},
      .outlets = {{"out", "the sound"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeSnare)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
