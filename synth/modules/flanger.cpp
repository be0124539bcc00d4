// The sound and itself, so little later that it becomes a comb, and the comb sweeps.
#define ANTIPHON_VECTORS "synth/modules/flanger.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/echo-inl.hpp"
#include "synth/phase-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Flanger final : public Module {
 public:
  explicit Flanger(const Place& place)
      : rate_{static_cast<float>(place.rate.hertz)}, tuning_{place.rate}, lines_{0.025 * place.rate.hertz} {}

  void play(const Block& block) override {
    const auto says = [&](std::size_t inlet, int frame) HWY_ATTR { return Lanes::from(block.in[inlet].at(0, frame)); };
    const Lanes apart = stereo(0, 0.5f);
    for (int f = 0; f < block.frames; ++f) {
      const Lanes in = says(kIn, f);
      const Lanes sway = sineOf(swing_.turns() + apart);
      swing_.advance(tuning_.step(0.0f, says(kRate, f)));
      const Lanes late = says(kTime, f) * rate_ * mulAdd(sway, says(kDepth, f) * 0.95f, 1.0f);
      const Lanes echo = lines_.read(max(late, kLeastDelay));
      lines_.write(mulAdd(echo, says(kFeedback, f), in));
      mulAdd(echo - in, says(kMix, f), in).to(block.out[0].at(0, f));
    }
  }

  void calm() override {
    lines_.forget();
    swing_ = {};
  }

 private:
  enum Of : std::size_t { kIn, kRate, kDepth, kTime, kFeedback, kMix };

  float rate_;
  Tuning tuning_;
  Phase swing_{};
  Lines lines_;
};

std::unique_ptr<Module> makeFlanger(const Place& place) { return std::make_unique<Flanger>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeFlanger);

const ModuleType& flangerModule() {
  static const ModuleType type{
      .name = "flanger",
      .family = "effects",
      .purpose = "The sound and itself, so little later that it becomes a comb, and the comb sweeps.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("rate", "how fast it sweeps", Unit::hertz, 0.01, 20, 0.2, Curve::exponential),
                 knob("depth", "how far", Unit::plain, 0, 1, 0.7),
                 knob("time", "how much later, in the middle", Unit::seconds, 0.0001, 0.01, 0.002, Curve::exponential),
                 knob("feedback", "how sharp the comb is; below 0 it is hollow", Unit::plain, -0.95, 0.95, 0.5),
                 knob("mix", "from the one to the other; deepest in the middle", Unit::plain, 0, 1, 0.5)},
      .outlets = {{"out", "both"}},
      .spread = Spread::room,
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeFlanger)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
