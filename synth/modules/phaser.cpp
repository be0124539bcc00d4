// Notches that wander: the sound, and itself with its phases turned.
#define ANTIPHON_VECTORS "synth/modules/phaser.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/phase-inl.hpp"
#include "synth/room-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

constexpr int kMostStages = 12;

class Phaser final : public Module {
 public:
  explicit Phaser(const Place& place) : perHertz_{static_cast<float>(1 / place.rate.hertz)}, tuning_{place.rate} {}

  void play(const Block& block) override {
    const auto says = [&](std::size_t inlet, int frame) HWY_ATTR { return Lanes::from(block.in[inlet].at(0, frame)); };
    const int stages = 4 + 2 * static_cast<int>(block.in[kStages].at(0, 0)[0] + 0.5f);
    const Lanes apart = stereo(0, 0.5f);
    Lanes held[kMostStages], last = Lanes::from(last_);
    for (int s = 0; s < stages; ++s) held[s] = Lanes::from(held_[s]);
    for (int f = 0; f < block.frames; ++f) {
      const Lanes in = says(kIn, f), sway = sineOf(swing_.turns() + apart);
      swing_.advance(tuning_.step(0.0f, says(kRate, f)));
      const Lanes hertz = says(kFreq, f) * exp2(sway * says(kDepth, f) * 2.0f);  // two octaves up and down
      const Lanes bent = tanOfPi(min(hertz * perHertz_, 0.45f)), turned = (bent - 1.0f) / (bent + 1.0f);
      Lanes sound = mulAdd(last, says(kFeedback, f), in);
      for (int s = 0; s < stages; ++s) {
        const Lanes through = mulAdd(turned, sound, held[s]);
        held[s] = sound - turned * through;
        sound = through;
      }
      last = sound;
      mulAdd(sound - in, says(kMix, f), in).to(block.out[0].at(0, f));
    }
    for (int s = 0; s < stages; ++s) held[s].to(held_[s]);
    last.to(last_);
  }

  void calm() override {
    for (auto& held : held_) std::fill_n(held, kLanes, 0.0f);
    std::fill_n(last_, kLanes, 0.0f);
    swing_ = {};
  }

 private:
  enum Of : std::size_t { kIn, kRate, kDepth, kFreq, kFeedback, kStages, kMix };

  float perHertz_;
  Tuning tuning_;
  Phase swing_{};
  alignas(32) float held_[kMostStages][kLanes] = {};
  alignas(32) float last_[kLanes] = {};
};

std::unique_ptr<Module> makePhaser(const Place& place) { return std::make_unique<Phaser>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makePhaser);

const ModuleType& phaserModule() {
  static const ModuleType type{
      .name = "phaser",
      .family = "effects",
      .purpose = "Notches that wander: the sound, and itself with its phases turned.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("rate", "how fast they wander", Unit::hertz, 0.01, 20, 0.3, Curve::exponential),
                 knob("depth", "how far: at 1, two octaves up and down", Unit::plain, 0, 1, 0.7),
                 knob("freq", "around where", Unit::hertz, 50, 8000, 700, Curve::exponential),
                 knob("feedback", "how sharp they are", Unit::plain, -0.95, 0.95, 0.4),
                 choice("stages", "two for each notch", {"4", "6", "8", "10", "12"}),
                 knob("mix", "from the one to the other; deepest in the middle", Unit::plain, 0, 1, 0.5)},
      .outlets = {{"out", "both"}},
      .spread = Spread::room,
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makePhaser)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
