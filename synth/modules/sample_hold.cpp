// Keeps a number from one beat to the next.
#include <algorithm>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/sample_hold.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class SampleHold final : public Module {
 public:
  explicit SampleHold(const Place& place) : voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    const Lanes through = block.in[2].at(0, 0)[0];
    for (int g = 0; g < block.groups; ++g) {
      Voices& voices = voices_[static_cast<std::size_t>(g)];
      Lanes kept = Lanes::from(voices.kept), before = Lanes::from(voices.gate);
      for (int f = 0; f < block.frames; ++f) {
        const Lanes gate = Lanes::from(block.in[1].at(g, f));
        const Answers taken = (gate > 0.5f) & ((before <= 0.5f) | (through > 0.5f));
        kept = choose(taken, Lanes::from(block.in[0].at(g, f)), kept);
        before = gate;
        kept.to(block.out[0].at(g, f));
      }
      kept.to(voices.kept);
      before.to(voices.gate);
    }
  }
  void calm() override { std::fill(voices_.begin(), voices_.end(), Voices{}); }

 private:
  struct Voices {
    alignas(32) float kept[kLanes] = {}, gate[kLanes] = {};
  };

  std::vector<Voices> voices_;
};

std::unique_ptr<Module> makeSampleHold(const Place& place) { return std::make_unique<SampleHold>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeSampleHold);

const ModuleType& sample_holdModule() {
  static const ModuleType type{
      .name = "sample_hold",
      .family = "control",
      .purpose = "Keeps the number that came in when the gate rose.",
      .inlets = {signalInlet("in", "the number"), signalInlet("gate", "takes it when it rises above a half"),
                 choice("while_held", "hold: the number of that moment; follow: while the gate is up, what comes in",
                        {"hold", "follow"})},
      .outlets = {{"out", "the number that was taken"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeSampleHold)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
