// Makes one into many: four on each side, each a little late, and never quite in tune.
#include <numbers>

#define ANTIPHON_VECTORS "synth/modules/chorus.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/echo-inl.hpp"
#include "synth/phase-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Chorus final : public Module {
 public:
  explicit Chorus(const Place& place)
      : rate_{static_cast<float>(place.rate.hertz)}, tuning_{place.rate}, lines_{0.025 * place.rate.hertz} {}

  void play(const Block& block) override {
    const auto says = [&](std::size_t inlet, int frame) HWY_ATTR { return Lanes::from(block.in[inlet].at(0, frame)); };
    for (int f = 0; f < block.frames; ++f) {
      const Lanes in = says(kIn, f);
      // A quarter turn between those of a side; the sides stand against each other.
      const Lanes sway = sineOf(swing_.turns() + Lanes::from(kTurns));
      swing_.advance(tuning_.step(0.0f, says(kRate, f)));
      const Lanes late = mulAdd(sway * says(kDepth, f), kSwing * rate_, Lanes::from(kLate) * rate_);
      const Lanes many = sidesOf(lines_.read(late)) * 0.5f;
      lines_.write(in);
      mulAdd(many - in, says(kMix, f), in).to(block.out[0].at(0, f));
    }
  }

  void calm() override {
    lines_.forget();
    swing_ = {};
  }

 private:
  enum Of : std::size_t { kIn, kRate, kDepth, kMix };
  static constexpr float kSwing = 0.004f;  // seconds
  alignas(32) static constexpr float kTurns[kLanes] = {0, 0.5f, 0.25f, 0.75f, 0.5f, 0, 0.75f, 0.25f};
  alignas(32) static constexpr float kLate[kLanes] = {0.0071f, 0.0083f, 0.0113f, 0.0097f,
                                                      0.0149f, 0.0137f, 0.0173f, 0.0191f};

  float rate_;
  Tuning tuning_;
  Phase swing_{};
  Lines lines_;
};

std::unique_ptr<Module> makeChorus(const Place& place) { return std::make_unique<Chorus>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeChorus);

const ModuleType& chorusModule() {
  static const ModuleType type{
      .name = "chorus",
      .family = "effects",
      .purpose = "Makes one into many: four on each side, each a little late, and never quite in tune.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("rate", "how fast they sway", Unit::hertz, 0.01, 20, 0.5, Curve::exponential),
                 knob("depth", "how far", Unit::plain, 0, 1, 0.5),
                 knob("mix", "from the one to the many", Unit::plain, 0, 1, 0.5)},
      .outlets = {{"out", "all of them"}},
      .spread = Spread::room,
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeChorus)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
