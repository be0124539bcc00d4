// A pure tone.
#include <cmath>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/sine.cpp"
#include "synth/module_begin-inl.hpp"
#include "synth/phase-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Sine final : public Module {
 public:
  explicit Sine(const Place& place) : tuning_{place.rate, place.groups}, phases_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    for (int g = 0; g < block.groups; ++g) {
      Phase& phase = phases_[static_cast<std::size_t>(g)];
      Pace pace{tuning_, block.in[0], block.in[1], g};
      for (int f = 0; f < block.frames; ++f) {
        const Lanes turns = phase.turns();
        sineOf(turns + Lanes::from(block.in[2].at(g, f))).to(block.out[0].at(g, f));
        turns.to(block.out[1].at(g, f));
        phase.advance(pace.steps(f));
      }
    }
  }
  void calm() override { std::fill(phases_.begin(), phases_.end(), Phase{}); }

 private:
  Tuning tuning_;
  std::vector<Phase> phases_;
};

std::unique_ptr<Module> makeSine(const Place& place) { return std::make_unique<Sine>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeSine);

const ModuleType& sineModule() {
  static const ModuleType type{
      .name = "sine",
      .family = "oscillators",
      .purpose = "A pure tone.",
      .inlets = {signalInlet("pitch", "semitones above what freq says"),
                 knob("freq", "how high", Unit::hertz, -20000, 20000, 440, Curve::exponential),
                 signalInlet("phase", "turns that it is ahead: patch a tone here for FM")},
      .outlets = {{"out", "the tone"}, {"cycle", "where it is in its cycle, -1/2 to 1/2: for another's sync"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeSine)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
