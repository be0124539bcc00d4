// Says how loud something is.
#include <algorithm>
#include <vector>

#define ANTIPHON_VECTORS "synth/modules/follow.cpp"
#include "synth/module_begin-inl.hpp"
#include "synth/stages-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace antiphon::synth::HWY_NAMESPACE {

class Follow final : public Module {
 public:
  explicit Follow(const Place& place) : haste_{place.rate}, voices_(static_cast<std::size_t>(place.groups)) {}

  void play(const Block& block) override {
    const bool moving = !(block.in[1].steady() && block.in[2].steady());
    for (int g = 0; g < block.groups; ++g) {
      Voices& voices = voices_[static_cast<std::size_t>(g)];
      Lanes held = Lanes::from(voices.held), level = Lanes::from(voices.level);
      Lanes attack = haste_.lag(Lanes::from(block.in[1].at(g, 0))),
            release = haste_.lag(Lanes::from(block.in[2].at(g, 0)));
      for (int f = 0; f < block.frames; ++f) {
        if (moving) {
          attack = haste_.lag(Lanes::from(block.in[1].at(g, f)));
          release = haste_.lag(Lanes::from(block.in[2].at(g, f)));
        }
        // First what falls is held up, then what rises is slowed: a tone's own swing is not followed.
        const Lanes heard = abs(Lanes::from(block.in[0].at(g, f)));
        held = max(heard, mulAdd(heard - held, release, held));
        level = mulAdd(held - level, attack, level);
        level.to(block.out[0].at(g, f));
      }
      held.to(voices.held);
      level.to(voices.level);
    }
  }
  void calm() override { std::fill(voices_.begin(), voices_.end(), Voices{}); }

 private:
  struct Voices {
    alignas(32) float held[kLanes] = {}, level[kLanes] = {};
  };

  Haste haste_;
  std::vector<Voices> voices_;
};

std::unique_ptr<Module> makeFollow(const Place& place) { return std::make_unique<Follow>(place); }

}  // namespace antiphon::synth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace antiphon::synth {

HWY_EXPORT(makeFollow);

const ModuleType& followModule() {
  static const ModuleType type{
      .name = "follow",
      .family = "dynamics",
      .purpose = "Says how loud something is: 1 for a tone at full scale.",
      .inlets = {signalInlet("in", "the sound"),
                 knob("attack", "how soon it rises", Unit::seconds, 0.00005, 5, 0.005, Curve::exponential),
                 knob("release", "how soon it falls", Unit::seconds, 0.001, 20, 0.1, Curve::exponential)},
      .outlets = {{"out", "how loud it is, from 0"}},
      .make = [](const Place& place) { return HWY_DYNAMIC_DISPATCH(makeFollow)(place); },
  };
  return type;
}

}  // namespace antiphon::synth
#endif
