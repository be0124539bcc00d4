// Makes what is loud less loud.
#include <algorithm>

#define ANTIPHON_VECTORS "synth/modules/compressor.cpp"
#include "synth/module_begin-inl.hpp"

#include "synth/curves-inl.hpp"
#include "synth/stages-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Compressor final : public Module {
  enum Into { kIn, kThreshold, kRatio, kAttack, kRelease, kKnee, kMakeup, kSidechain };

 public:
  explicit Compressor(const Place& place) : haste_{place.rate} {}

  void play(const Block& block) override {
    const auto in = [&](Into which, int f) HWY_ATTR { return Lanes::from(block.in[which].at(0, f)); };
    // A cable into the side chain is heard instead of the sound.
    const Into listens = block.in[kSidechain].patched ? kSidechain : kIn;
    Lanes held = Lanes::from(held_), less = Lanes::from(less_);
    Lanes attack = haste_.lag(in(kAttack, 0)), release = haste_.lag(in(kRelease, 0));
    const bool moving = !(block.in[kAttack].steady() && block.in[kRelease].steady());
    for (int f = 0; f < block.frames; ++f) {
      if (moving) {
        attack = haste_.lag(in(kAttack, f));
        release = haste_.lag(in(kRelease, f));
      }
      const Lanes heard = abs(in(listens, f));
      const Lanes level = decibelsOf(max(heard, otherEar(heard)));
      // What is above the threshold counts, and of the knee about it, what a parabola says.
      const Lanes knee = max(in(kKnee, f), 0.01f);
      const Lanes over = level - in(kThreshold, f) + 0.5f * knee;
      const Lanes bent = within(0.0f, over, knee);
      const Lanes goal = (1.0f - 1.0f / in(kRatio, f)) * (bent * bent / (2.0f * knee) + max(over - knee, 0.0f));
      // First what falls is held up, then what rises is slowed: a tone's own swing is not followed.
      held = max(goal, mulAdd(goal - held, release, held));
      less = mulAdd(held - less, attack, less);
      (in(kIn, f) * gainOf(in(kMakeup, f) - less)).to(block.out[0].at(0, f));
      less.to(block.out[1].at(0, f));
    }
    held.to(held_);
    less.to(less_);
  }
  void calm() override {
    std::fill_n(held_, kLanes, 0.0f);
    std::fill_n(less_, kLanes, 0.0f);
  }

 private:
  Haste haste_;
  alignas(32) float held_[kLanes] = {}, less_[kLanes] = {};  // in decibels
};

std::unique_ptr<Module> makeCompressor(const Place& place) { return std::make_unique<Compressor>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeCompressor);

const ModuleType& compressorModule() {
  static const ModuleType type{
      .name = "compressor",
      .family = "dynamics",
      .purpose = "Makes what is loud less loud: all above a threshold grows by only a part.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("threshold", "what is louder is held back", Unit::decibels, -60, 0, -18),
                 knob("ratio", "so many dB more become one", Unit::plain, 1, 100, 4, Curve::exponential),
                 knob("attack", "how soon it takes hold", Unit::seconds, 0.00005, 1, 0.005, Curve::exponential),
                 knob("release", "how soon it lets go", Unit::seconds, 0.001, 5, 0.15, Curve::exponential),
                 knob("knee", "how wide the bend at the threshold is", Unit::decibels, 0, 36, 6),
                 knob("makeup", "how much louder all is afterwards", Unit::decibels, -24, 36, 0),
                 signalInlet("sidechain", "what is patched here is listened to instead of the sound")},
      .outlets = {{"out", "the sound, held back"}, {"reduction", "by how many dB"}},
      .spread = Spread::room,
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeCompressor)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
