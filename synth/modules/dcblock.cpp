// Takes away what stands still.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/dcblock.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr double kCutoff = 7;

class Dcblock final : public Module {
 public:
  explicit Dcblock(const Place& place)
      : share_{static_cast<float>(1 - std::exp(-2 * std::numbers::pi * kCutoff / place.rate.hertz))},
        means_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    for (int g = 0; g < block.groups; ++g) {
      float* const kept = means_[static_cast<std::size_t>(g)].number;
      Lanes mean = Lanes::from(kept);
      for (int f = 0; f < block.frames; ++f) {
        const Lanes rest = Lanes::from(block.in[0].at(g, f)) - mean;
        mean = mulAdd(rest, share_, mean);
        rest.to(block.out[0].at(g, f));
      }
      mean.to(kept);
    }
  }
  void calm() override { std::fill(means_.begin(), means_.end(), Mean{}); }

 private:
  struct Mean {
    alignas(32) float number[kLanes] = {};
  };

  float share_;
  std::vector<Mean> means_;
};

std::unique_ptr<Module> makeDcblock(const Place& place) { return std::make_unique<Dcblock>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeDcblock);

const ModuleType& dcblockModule() {
  static const ModuleType type{
      .name = "dcblock",
      .family = "filters",
      .purpose = "Takes away what stands still, so that a sound swings about nothing.",
      .inlets = {signalInlet("in", "the sound")},
      .outlets = {{"out", "the same without what stands still"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeDcblock)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
