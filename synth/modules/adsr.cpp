// An envelope: up while a key goes down, down to a level while it is held, away when it is let go.
#include <algorithm>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "synth/modules/adsr.cpp"
#include "synth/module_begin-inl.hpp"
#include "synth/stages-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Adsr final : public Module {
 public:
  explicit Adsr(const Place& place) : haste_{place.rate}, voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    for (int g = 0; g < block.groups; ++g) {
      Levels& levels = voices_[static_cast<std::size_t>(g)];
      Climb climb{levels};
      const bool steady = block.in[1].steady() && block.in[2].steady() && block.in[4].steady();
      Lanes attack = haste_.share(Lanes::from(block.in[1].at(g, 0)), kAttackLog),
            decay = haste_.share(Lanes::from(block.in[2].at(g, 0)), kFallLog),
            release = haste_.share(Lanes::from(block.in[4].at(g, 0)), kFallLog);
      for (int f = 0; f < block.frames; ++f) {
        if (!steady) {
          attack = haste_.share(Lanes::from(block.in[1].at(g, f)), kAttackLog);
          decay = haste_.share(Lanes::from(block.in[2].at(g, f)), kFallLog);
          release = haste_.share(Lanes::from(block.in[4].at(g, f)), kFallLog);
        }
        const Lanes gate = Lanes::from(block.in[0].at(g, f)), sustain = Lanes::from(block.in[3].at(g, f));
        const Answers held = gate > 0.5f;
        climb.rising = choose(held & (climb.before <= 0.5f), 1.0f, climb.rising);
        climb.rising = choose(held, climb.rising, 0.0f);
        climb.before = gate;
        const Answers up = climb.up();
        climb.go(choose(up, kBeyondTop, choose(held, sustain, kBelowBottom)),
                 choose(up, attack, choose(held, decay, release)));
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

std::unique_ptr<Module> makeAdsr(const Place& place) { return std::make_unique<Adsr>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeAdsr);

const ModuleType& adsrModule() {
  static const ModuleType type{
      .name = "adsr",
      .family = "envelopes",
      .purpose = "An envelope: up when a key goes down, down to a level while it is held, away when it is let go.",
      .inlets = {signalInlet("gate", "above a half while a key is down"),
                 knob("attack", "the way up", Unit::seconds, 0.0005, 20, 0.005, Curve::exponential),
                 knob("decay", "the way down to the level", Unit::seconds, 0.0005, 60, 0.2, Curve::exponential),
                 knob("sustain", "the level, while the key is held", Unit::plain, 0, 1, 0.7),
                 knob("release", "the way to silence, from the top", Unit::seconds, 0.0005, 60, 0.3,
                      Curve::exponential)},
      .outlets = {{"out", "0 to 1"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeAdsr)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
