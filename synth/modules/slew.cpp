// Lets a number change only so fast.
#include <algorithm>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/slew.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Slew final : public Module {
 public:
  explicit Slew(const Place& place)
      : perFrame_{static_cast<float>(1 / place.rate.hertz)}, at_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    for (int g = 0; g < block.groups; ++g) {
      float* const kept = at_[static_cast<std::size_t>(g)].number;
      const bool steady = block.in[1].steady() && block.in[2].steady();
      Lanes at = Lanes::from(kept), up = stepOf(block.in[1].at(g, 0)), down = stepOf(block.in[2].at(g, 0));
      for (int f = 0; f < block.frames; ++f) {
        if (!steady) {
          up = stepOf(block.in[1].at(g, f));
          down = stepOf(block.in[2].at(g, f));
        }
        const Lanes goal = Lanes::from(block.in[0].at(g, f));
        at = choose(goal > at, min(goal, at + up), max(goal, at - down));
        at.to(block.out[0].at(g, f));
      }
      at.to(kept);
    }
  }
  void calm() override { std::fill(at_.begin(), at_.end(), Kept{}); }

 private:
  struct Kept {
    alignas(32) float number[kLanes] = {};
  };

  /// How far in a frame; in no time at all, as far as there is to go.
  HWY_INLINE Lanes stepOf(const float* seconds) const { return Lanes(perFrame_) / max(Lanes::from(seconds), 1e-12f); }

  float perFrame_;
  std::vector<Kept> at_;
};

std::unique_ptr<Module> makeSlew(const Place& place) { return std::make_unique<Slew>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeSlew);

const ModuleType& slewModule() {
  static const ModuleType type{
      .name = "slew",
      .family = "control",
      .purpose = "Lets a number change only so fast.",
      .inlets = {signalInlet("in", "where it shall go"),
                 knob("rise", "how long it takes to rise by 1", Unit::seconds, 0, 60, 0.1),
                 knob("fall", "how long it takes to fall by 1", Unit::seconds, 0, 60, 0.1)},
      .outlets = {{"out", "where it is"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeSlew)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
