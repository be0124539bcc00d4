// Makes a sound louder or quieter.
#define ANTIPHON_VECTORS "synth/modules/gain.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Gain final : public Module {
 public:
  void play(const Block& block) override {
    for (int g = 0; g < block.groups; ++g) {
      const bool still = block.in[1].steady();
      Lanes times = timesOf(block.in[1].at(g, 0));
      for (int f = 0; f < block.frames; ++f) {
        if (!still) times = timesOf(block.in[1].at(g, f));
        (Lanes::from(block.in[0].at(g, f)) * times).to(block.out[0].at(g, f));
      }
    }
  }
  void calm() override {}

 private:
  static HWY_INLINE Lanes timesOf(const float* decibels) {
    return exp2(Lanes::from(decibels) * 0.16609640f);  // 20 log10
  }
};

std::unique_ptr<Module> makeGain(const Place&) { return std::make_unique<Gain>(); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeGain);

const ModuleType& gainModule() {
  static const ModuleType type{
      .name = "gain",
      .family = "mixing",
      .purpose = "Makes a sound louder or quieter.",
      .inlets = {signalInlet("in", "the sound"), knob("level", "by how much", Unit::decibels, -120, 48, 0)},
      .outlets = {{"out", "the sound, by so much louder"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeGain)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
