// What is patched here is heard.
#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/modules/out.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Out final : public Module {
 public:
  void play(const Block& block) override {
    const Heard in = block.in[0], level = block.in[1];
    Lanes times = timesOf(level.at(0, 0));
    for (int f = 0; f < block.frames; ++f) {
      if (!level.steady()) times = timesOf(level.at(0, f));
      (Lanes::from(in.at(0, f)) * times).to(block.out[0].at(0, f));
    }
  }
  void calm() override {}

 private:
  static HWY_INLINE Lanes timesOf(const float* decibels) { return exp2(Lanes::from(decibels) * 0.16609640f); }
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
