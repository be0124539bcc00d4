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
    float* const out = block.out[0].at(0, 0);
    if (level.alike()) {
      if (const float said = *level.at(0, 0); said != said_) {
        said_ = said;
        times_ = timesOf(level.at(0, 0));
      }
      const Lanes times = times_;
      for (int f = 0; f < block.frames; ++f) (Lanes::from(in.at(0, f)) * times).to(out + f * kLanes);
    } else {
      for (int f = 0; f < block.frames; ++f) (Lanes::from(in.at(0, f)) * timesOf(level.at(0, f))).to(out + f * kLanes);
    }
  }
  void calm() override {}

 private:
  static HWY_INLINE Lanes timesOf(const float* decibels) { return exp2(Lanes::from(decibels) * 0.16609640f); }

  float said_ = 1e9f;  // no level is that
  Lanes times_;
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
