// Listens in: the sound goes through, and how loud it is comes out beside it.
#include <cmath>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/meter.cpp"
#include "synth/module_begin-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Meter final : public Module {
 public:
  explicit Meter(const Place& place)
      : perFrame_{static_cast<float>(1 / place.rate.hertz)}, heard_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    for (int g = 0; g < block.groups; ++g) {
      HeardSoFar& heard = heard_[static_cast<std::size_t>(g)];
      const bool still = block.in[1].steady();
      Lanes peak = Lanes::from(heard.peak), power = Lanes::from(heard.power), past = pastOf(block.in[1].at(g, 0));
      for (int f = 0; f < block.frames; ++f) {
        if (!still) past = pastOf(block.in[1].at(g, f));
        const Lanes in = Lanes::from(block.in[0].at(g, f)), square = in * in;
        peak = max(abs(in), peak * past);
        power = mulAdd(power - square, past, square);
        in.to(block.out[0].at(g, f));
        peak.to(block.out[1].at(g, f));
        sqrt(power).to(block.out[2].at(g, f));
      }
      peak.to(heard.peak);
      power.to(heard.power);
    }
  }
  void calm() override { std::fill(heard_.begin(), heard_.end(), HeardSoFar{}); }

 private:
  struct HeardSoFar {
    alignas(32) float peak[kLanes] = {}, power[kLanes] = {};
  };
  HWY_INLINE Lanes pastOf(const float* seconds) const { return exp(Lanes(-perFrame_) / Lanes::from(seconds)); }

  float perFrame_;
  std::vector<HeardSoFar> heard_;
};

std::unique_ptr<Module> makeMeter(const Place& place) { return std::make_unique<Meter>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeMeter);

const ModuleType& meterModule() {
  static const ModuleType type{
      .name = "meter",
      .family = "mixing",
      .purpose = "Listens in: the sound goes through, and how loud it is comes out beside it.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("time", "for how long it remembers", Unit::seconds, 0.001, 10, 0.3, Curve::exponential)},
      .outlets = {{"out", "the sound, untouched"}, {"peak", "the highest of late"}, {"rms", "the mean level"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeMeter)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
