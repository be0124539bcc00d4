// Adds four sounds up, each as loud as its knob says.
#define ANTIPHON_PLAYED_MUCH
#define ANTIPHON_VECTORS "synth/modules/mix.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr std::size_t kMixed = 4;

class Mix final : public Module {
 public:
  void play(const Block& block) override {
    Made& out = block.out[0];
    out.steady = true;
    for (const Heard& in : block.in) out.steady = out.steady && in.steady();
    const int frames = out.steady ? 1 : block.frames;
    for (int g = 0; g < block.groups; ++g) {
      for (int f = 0; f < frames; ++f) Lanes(0.0f).to(out.at(g, f));
      for (std::size_t i = 0; i < kMixed; ++i) {
        if (!block.in[i].alike() || block.in[i].at(g, 0)[0] != 0)
          add(block.in[i], block.in[kMixed + i], g, frames, out.at(g, 0));
      }
    }
  }
  void calm() override {}

 private:
  static HWY_INLINE void add(Heard in, Heard level, int g, int frames, float* to) {
    for (int f = 0; f < frames; ++f, to += kLanes)
      mulAdd(Lanes::from(in.at(g, f)), Lanes::from(level.at(g, f)), Lanes::from(to)).to(to);
  }
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
