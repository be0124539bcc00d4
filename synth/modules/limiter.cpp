// Lets nothing be louder than a ceiling.
#include <algorithm>
#include <cmath>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/limiter.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/curves-inl.hpp"
#include "synth/stages-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr double kAhead = 0.0015;
// How loud what comes must become, in steps so fine that they are not heard, and so coarse that a sum of a window of
// them is exact: it is kept for hours by adding and taking away.
constexpr float kSteps = 32768;

class Limiter final : public Module {
  enum Into { kIn, kGain, kCeiling, kRelease };

 public:
  explicit Limiter(const Place& place)
      : haste_{place.rate},
        window_{static_cast<std::size_t>(std::lround(kAhead * place.rate.hertz)) + 1},
        sound_(window_ * kLanes),
        least_(window_ * kLanes),
        steps_(window_ * kLanes) {
    calm();
  }

  void play(const Block& block) override {
    const auto in = [&](Into which, int f) HWY_ATTR { return Lanes::from(block.in[which].at(0, f)); };
    const float share = 1.0f / (kSteps * static_cast<float>(window_));
    Lanes sofar = Lanes::from(sofar_), gain = Lanes::from(gain_), total = Lanes::from(total_);
    for (int f = 0; f < block.frames; ++f) {
      const Lanes x = within(-1e15f, in(kIn, f) * gainOf(in(kGain, f)), 1e15f), ceiling = gainOf(in(kCeiling, f));
      const Lanes loud = max(abs(x), otherEar(abs(x)));
      const Lanes needed = min(ceiling / max(loud, 1e-9f), 1.0f);

      // The least of the window that ends here: of this turn of the ring so far, and of the turn before from here on.
      float* const here = &least_[at_ * kLanes];
      sofar = at_ == 0 ? needed : min(sofar, needed);
      const std::size_t next = at_ + 1;
      const Lanes least = next < window_ ? min(sofar, Lanes::from(here + kLanes)) : sofar;
      needed.to(here);
      if (next == window_) fromHereOn();

      // Down at once, up slowly; and the mean over the window is where it has to be when the sound comes.
      gain = min(least, mulAdd(1.0f - gain, haste_.lag(in(kRelease, f)), gain));
      const Lanes step = floor(gain * kSteps);
      float* const before = &steps_[at_ * kLanes];
      total += step - Lanes::from(before);
      step.to(before);

      x.to(&sound_[at_ * kLanes]);
      at_ = next < window_ ? next : 0;
      const Lanes late = Lanes::from(&sound_[at_ * kLanes]);
      // The last rounding, and a ceiling that came down since, are cut off.
      within(-ceiling, late * (total * share), ceiling).to(block.out[0].at(0, f));
    }
    sofar.to(sofar_);
    gain.to(gain_);
    total.to(total_);
  }
  void calm() override {
    std::ranges::fill(sound_, 0.0f);
    std::ranges::fill(least_, 1.0f);
    std::ranges::fill(steps_, kSteps);
    std::fill_n(sofar_, kLanes, 1.0f);
    std::fill_n(gain_, kLanes, 1.0f);
    std::fill_n(total_, kLanes, kSteps * static_cast<float>(window_));
    at_ = 0;
  }

 private:
  /// The ring is full: from now on each of its places says what is the least from there to the end.
  HWY_INLINE void fromHereOn() {
    Lanes least = 1.0f;
    for (std::size_t i = window_; i-- > 0;) {
      least = min(least, Lanes::from(&least_[i * kLanes]));
      least.to(&least_[i * kLanes]);
    }
  }

  Haste haste_;
  std::size_t window_, at_ = 0;
  std::vector<float> sound_, least_, steps_;
  alignas(32) float sofar_[kLanes], gain_[kLanes], total_[kLanes];
};

std::unique_ptr<Module> makeLimiter(const Place& place) { return std::make_unique<Limiter>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeLimiter);

const ModuleType& limiterModule() {
  static const ModuleType type{
      .name = "limiter",
      .family = "dynamics",
      .purpose = "Lets nothing be louder than a ceiling; it looks 1.5 ms ahead, and is as much late.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("gain", "how much louder it comes in", Unit::decibels, -24, 36, 0),
                 knob("ceiling", "nothing is louder", Unit::decibels, -36, 0, -0.3),
                 knob("release", "how soon it is as loud as before", Unit::seconds, 0.005, 2, 0.08,
                      Curve::exponential)},
      .outlets = {{"out", "the sound, never above the ceiling"}},
      .spread = Spread::room,
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeLimiter)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
