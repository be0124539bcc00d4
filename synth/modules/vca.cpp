// Makes a sound as loud as something else says.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "synth/modules/vca.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Vca final : public Module {
 public:
  void play(const Block& block) override {
    for (int g = 0; g < block.groups; ++g) {
      for (int f = 0; f < block.frames; ++f) {
        const Lanes gain = Lanes::from(block.in[1].at(g, f)) * Lanes::from(block.in[2].at(g, f));
        (Lanes::from(block.in[0].at(g, f)) * gain).to(block.out[0].at(g, f));
      }
    }
  }
  void calm() override {}
};

std::unique_ptr<Module> makeVca(const Place&) { return std::make_unique<Vca>(); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeVca);

const ModuleType& vcaModule() {
  static const ModuleType type{
      .name = "vca",
      .family = "mixing",
      .purpose = "Makes a sound as loud as something else says.",
      .inlets = {signalInlet("in", "the sound"), signalInlet("gain", "how loud, 0 to 1: patch an envelope here"),
                 knob("level", "how loud at most", Unit::plain, 0, 4, 1)},
      .outlets = {{"out", "the sound, as loud as that"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeVca)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
