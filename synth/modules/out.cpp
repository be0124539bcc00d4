// What is patched here is heard.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "synth/modules/out.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Out final : public Module {
 public:
  void play(const Block& block) override {
    for (int f = 0; f < block.frames; ++f) {
      const Lanes level = exp2(Lanes::from(block.in[1].at(0, f)) * 0.16609640f);  // decibels: 20 log10
      (Lanes::from(block.in[0].at(0, f)) * level).to(block.out[0].at(0, f));
    }
  }
  void calm() override {}
};

std::unique_ptr<Module> makeOut(const Place&) { return std::make_unique<Out>(); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeOut);

const ModuleType& outModule() {
  static const ModuleType type{
      .name = "out",
      .family = "mixing",
      .purpose = "What is patched here is heard.",
      .inlets = {signalInlet("in", "what is heard"), knob("level", "how loud", Unit::decibels, -120, 12, 0)},
      .outlets = {{"out", "the same, for patching on"}},
      .spread = Spread::room,
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeOut)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
