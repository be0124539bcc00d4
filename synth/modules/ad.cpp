// An envelope that is struck: up and away.
#include <algorithm>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/ad.cpp"
#include "synth/module_begin-inl.hpp"
#include "synth/stages-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Ad final : public Module {
  enum Into { kGate, kAttack, kDecay, kLoop };

 public:
  explicit Ad(const Place& place) : haste_{place.rate}, voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    const bool moving = !(block.in[kAttack].steady() && block.in[kDecay].steady());
    const Lanes loop = block.in[kLoop].at(0, 0)[0];
    for (int g = 0; g < block.groups; ++g) {
      Levels& levels = voices_[static_cast<std::size_t>(g)];
      Climb climb{levels};
      Lanes attack = haste_.share(Lanes::from(block.in[kAttack].at(g, 0)), kAttackLog);
      Lanes decay = haste_.share(Lanes::from(block.in[kDecay].at(g, 0)), kFallLog);
      for (int f = 0; f < block.frames; ++f) {
        if (moving) {
          attack = haste_.share(Lanes::from(block.in[kAttack].at(g, f)), kAttackLog);
          decay = haste_.share(Lanes::from(block.in[kDecay].at(g, f)), kFallLog);
        }
        const Lanes gate = Lanes::from(block.in[kGate].at(g, f));
        const Answers held = gate > 0.5f, over = (climb.level <= 0.0f) & (loop > 0.5f);
        climb.rising = choose(held & ((climb.before <= 0.5f) | over), 1.0f, climb.rising);
        climb.before = gate;
        const Answers up = climb.up();
        climb.go(choose(up, kBeyondTop, kBelowBottom), choose(up, attack, decay));
        climb.level.to(block.out[0].at(g, f));
      }
      climb.to(levels);
    }
  }
  void calm() override { std::fill(voices_.begin(), voices_.end(), Levels{}); }

 private:
  Haste haste_;
  std::vector<Levels> voices_;
};

std::unique_ptr<Module> makeAd(const Place& place) { return std::make_unique<Ad>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeAd);

const ModuleType& adModule() {
  static const ModuleType type{
      .name = "ad",
      .family = "envelopes",
      .purpose = "An envelope that is struck: up and away, once, or again and again.",
      .inlets = {signalInlet("gate", "strikes it when it rises above a half"),
                 knob("attack", "the way up", Unit::seconds, 0.0005, 20, 0.005, Curve::exponential),
                 knob("decay", "the way to silence", Unit::seconds, 0.0005, 60, 0.3, Curve::exponential),
                 choice("loop", "begin anew at the end, while the gate is held", {"off", "on"})},
      .outlets = {{"out", "0 to 1"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeAd)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
