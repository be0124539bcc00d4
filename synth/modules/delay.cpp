// Echoes: the sound again after a time, or after so many beats, and again.
#include <cmath>
#include <numbers>

#define ANTIPHON_VECTORS "synth/modules/delay.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/echo-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Delay final : public Module {
 public:
  explicit Delay(const Place& place)
      : rate_{place.rate.hertz}, length_{place.rate, 0.08}, tape_{kMostSeconds * place.rate.hertz} {}

  void play(const Block& block) override {
    const auto says = [&](std::size_t inlet, int frame) { return block.in[inlet].at(0, frame)[0]; };
    const bool sides = says(kPingPong, 0) > 0.5f, stillDull = block.in[kDamping].steady();
    const double perBeat = 60 / std::max(block.time.tempo, 1.0);
    Lanes low = Lanes::from(low_), dull = dullness(Lanes::from(block.in[kDamping].at(0, 0)));
    // Left alone hears what comes in, and then they throw it to each other.
    const Lanes taken = sides ? stereo(1, 0) : Lanes(1.0f);
    for (int f = 0; f < block.frames; ++f) {
      const double beats = says(kBeats, f), seconds = beats > 0 ? beats * perBeat : says(kTime, f);
      const double goal = std::round(std::min(seconds, kMostSeconds) * rate_);
      if (!stillDull) dull = dullness(Lanes::from(block.in[kDamping].at(0, f)));
      const Lanes in = Lanes::from(block.in[kIn].at(0, f)), mix = Lanes::from(block.in[kMix].at(0, f));
      const Lanes echo = tape_.read(length_.to(std::max<double>(goal, kLeastDelay)));
      low = mulAdd(low - echo, dull, echo);
      const Lanes again = sides ? swapSides(low) : low, mono = (in + swapSides(in)) * 0.5f;
      tape_.write(mulAdd(again, Lanes::from(block.in[kFeedback].at(0, f)), (sides ? mono : in) * taken));
      mulAdd(echo - in, mix, in).to(block.out[0].at(0, f));
    }
    low.to(low_);
  }

  void calm() override {
    tape_.forget();
    length_.forget();
    std::fill_n(low_, kLanes, 0.0f);
  }

  static constexpr double kMostSeconds = 4;

 private:
  enum Of : std::size_t { kIn, kTime, kBeats, kFeedback, kDamping, kPingPong, kMix };

  /// One pole: from where the ear ends down to 300 Hz.
  HWY_INLINE Lanes dullness(Lanes damping) const {
    const Lanes hertz = exp2(damping * -6.06f) * 20000.0f;
    const Lanes pole = exp(hertz * static_cast<float>(-2 * std::numbers::pi / rate_));
    return choose(damping <= 0.0f, 0.0f, pole);
  }

  double rate_;
  Travel length_;
  Tape tape_;
  alignas(32) float low_[kLanes] = {};
};

std::unique_ptr<Module> makeDelay(const Place& place) { return std::make_unique<Delay>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeDelay);

const ModuleType& delayModule() {
  static const ModuleType type{
      .name = "delay",
      .family = "effects",
      .purpose = "Echoes: the sound again after a time, or after so many beats, and again.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("time", "until the echo", Unit::seconds, 0.0005, 4, 0.375, Curve::exponential),
                 knob("beats", "above 0: until the echo, in the music's time", Unit::beats, 0, 16, 0),
                 knob("feedback", "how much of an echo is heard in the next", Unit::plain, 0, 0.98, 0.4),
                 knob("damping", "how much duller an echo is than the one before", Unit::plain, 0, 1, 0.2),
                 choice("pingpong", "whether echoes go from side to side", {"off", "on"}),
                 knob("mix", "from the sound alone to the echoes alone", Unit::plain, 0, 1, 0.35)},
      .outlets = {{"out", "the sound and its echoes"}},
      .spread = Spread::room,
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeDelay)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
