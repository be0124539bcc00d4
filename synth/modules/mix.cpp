// Adds four sounds up, each as loud as its knob says.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "synth/modules/mix.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr std::size_t kMixed = 4;

class Mix final : public Module {
 public:
  void play(const Block& block) override {
    for (int g = 0; g < block.groups; ++g) {
      for (int f = 0; f < block.frames; ++f) {
        Lanes all = 0.0f;
        for (std::size_t i = 0; i < kMixed; ++i)
          all = mulAdd(Lanes::from(block.in[i].at(g, f)), Lanes::from(block.in[kMixed + i].at(g, f)), all);
        all.to(block.out[0].at(g, f));
      }
    }
  }
  void calm() override {}
};

std::unique_ptr<Module> makeMix(const Place&) { return std::make_unique<Mix>(); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeMix);

const ModuleType& mixModule() {
  static const ModuleType type{
      .name = "mix",
      .family = "mixing",
      .purpose = "Adds four sounds up, each as loud as its knob says.",
      .inlets = {signalInlet("in1", "a sound"), signalInlet("in2", "another"), signalInlet("in3", "another"),
                 signalInlet("in4", "another"), knob("level1", "how loud the first is", Unit::plain, -4, 4, 1),
                 knob("level2", "the second", Unit::plain, -4, 4, 1),
                 knob("level3", "the third", Unit::plain, -4, 4, 1),
                 knob("level4", "the fourth", Unit::plain, -4, 4, 1)},
      .outlets = {{"out", "all of them"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeMix)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
