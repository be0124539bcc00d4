// Brings a pitch to the nearest note of a scale.
#include <cmath>

#define ANTIPHON_VECTORS "synth/modules/quantise.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

// Which of the twelve notes above the root, one bit each.
constexpr unsigned kScales[] = {
    0b111111111111,  // chromatic
    0b101010110101,  // major
    0b010110101101,  // minor
    0b100110101101,  // harmonic
    0b011010101101,  // dorian
    0b010110101011,  // phrygian
    0b101011010101,  // lydian
    0b011010110101,  // mixolydian
    0b001010010101,  // pentatonic
    0b010010101001,  // minor pentatonic
    0b010011101001,  // blues
    0b010101010101,  // whole tones
    0b000010010001,  // triad
    0b000010000001,  // fifths
};
constexpr float kAAboveC = 9;  // pitch 0 is an A

class Quantise final : public Module {
 public:
  explicit Quantise(const Place&) {}

  void play(const Block& block) override {
    const unsigned scale = kScales[static_cast<std::size_t>(std::lround(block.in[1].at(0, 0)[0]))];
    const Lanes root = std::round(block.in[2].at(0, 0)[0]) - kAAboveC;
    for (int g = 0; g < block.groups; ++g) {
      for (int f = 0; f < block.frames; ++f) {
        const Lanes pitch = Lanes::from(block.in[0].at(g, f)) - root;
        Lanes best = 0.0f, least = 1e9f;
        for (int note = 0; note < 12; ++note) {
          if ((scale >> note & 1) == 0) continue;
          const auto step = static_cast<float>(note);
          const Lanes near = mulAdd(round((pitch - step) * (1.0f / 12)), 12.0f, step), off = abs(near - pitch);
          best = choose(off < least, near, best);
          least = min(off, least);
        }
        (best + root).to(block.out[0].at(g, f));
      }
    }
  }
  void calm() override {}
};

std::unique_ptr<Module> makeQuantise(const Place& place) { return std::make_unique<Quantise>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeQuantise);

const ModuleType& quantiseModule() {
  static const ModuleType type{
      .name = "quantise",
      .family = "control",
      .purpose = "Brings a pitch to the nearest note of a scale.",
      .inlets = {signalInlet("pitch", "semitones"),
                 choice("scale", "which notes there are",
                        {"chromatic", "major", "minor", "harmonic", "dorian", "phrygian", "lydian", "mixolydian",
                         "pentatonic", "minor_pentatonic", "blues", "whole_tones", "triad", "fifths"}),
                 choice("root", "the note the scale begins on",
                        {"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"})},
      .outlets = {{"out", "the nearest note, in semitones"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeQuantise)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
