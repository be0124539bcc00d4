// A hi-hat: six bells that do not agree, or hiss, from far above.
#define ANTIPHON_VECTORS "synth/modules/hihat.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/drums-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Hihat {
 public:
  static constexpr std::size_t kBells = 6;
  // Those of the drum machine of 1980.
  static constexpr float kHertz[kBells] = {205.3f, 304.4f, 369.6f, 522.7f, 540.0f, 800.0f};

  struct Voices {
    Ring ring{};
    Tone bells[kBells]{};
    Hiss hiss{};
    Sieve first{}, second{};

    void strike(std::size_t lane, std::uint32_t seed) {
      ring.strike(lane);
      // Each begins somewhere else, or they would all strike at once.
      for (std::size_t i = 0; i < kBells; ++i) bells[i].phase.at[lane] = static_cast<std::int32_t>(i * 0x2B3E7A91u);
      hiss.strike(lane, seed);
      first.strike(lane);
      second.strike(lane);
    }
    HWY_INLINE Lanes loud() const { return ring.now(); }
  };
  struct Shape {
    Lanes pitch, fade;
    bool metal;
    Sieve::Bend first, second;
  };

  explicit Hihat(float rate) : rate_{rate} {}

  HWY_INLINE Shape shapeOf(const Block& block, int g, int f) const {
    const auto says = [&](std::size_t inlet) HWY_ATTR { return Lanes::from(block.in[inlet].at(g, f)); };
    const Lanes part = says(kTone) * (1.0f / rate_);
    return {ratioOf(says(kTune)) * (1.0f / rate_), fadeOf(says(kDecay) * mulAdd(says(kOpen), 9.0f, 1.0f), rate_),
            block.in[kNoise].at(0, 0)[0] < 0.5f, Sieve::at(part, 1.848f), Sieve::at(part, 0.765f)};
  }
  HWY_INLINE Lanes next(Voices& voices, const Shape& shape) const {
    const Lanes level = voices.ring.next(shape.fade);
    Lanes sound = 0.0f;
    if (shape.metal) {
      for (std::size_t i = 0; i < kBells; ++i) {
        const Lanes turns = shape.pitch * kHertz[i];
        // Overtones up to three quarters of what can be heard at this rate; the sixth part of that, as loud as hiss.
        const Lanes count = max(floor(0.375f / turns * 0.5f + 0.5f), 1.0f);
        sound += edges(voices.bells[i].next(turns), count) / sqrt(count) * 0.2f;
      }
    } else {
      sound = voices.hiss.next();
    }
    const Lanes once = voices.first.next(sound, shape.first).high;
    return voices.second.next(once, shape.second).high * level;
  }

 private:
  enum Of : std::size_t { kTrigger, kDecay, kOpen, kTune, kTone, kNoise };
  float rate_;
};

std::unique_ptr<Module> makeHihat(const Place& place) { return std::make_unique<Drum<Hihat>>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeHihat);

const ModuleType& hihatModule() {
  static const ModuleType type{
      .name = "hihat",
      .family = "drums",
      .purpose = "A hi-hat: six bells that do not agree, or hiss, from far above.",
      .inlets = {signalInlet("trigger", "struck when it rises above 0, as hard as it says"),
                 knob("decay", "until it is 60 dB down, closed", Unit::seconds, 0.01, 5, 0.1, Curve::exponential),
                 knob("open", "how far it is open: at 1 it rings ten times as long", Unit::plain, 0, 1, 0),
                 knob("tune", "higher or lower, of metal", Unit::semitones, -24, 24, 0),
                 knob("tone", "what is below is taken away", Unit::hertz, 500, 15000, 7000, Curve::exponential),
                 choice("noise", "what it is made of", {"metal", "white"})},
      .outlets = {{"out", "the sound"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeHihat)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
