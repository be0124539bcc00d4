// Strokes left to chance.
#include "synth/steps.hpp"

namespace antiphon::synth {
namespace {

class ChanceModule final : public Module {
 public:
  explicit ChanceModule(const Place& place) : steps_{place.rate}, seed_{place.seed} {}

  void play(const Block& block) override {
    for (int f = 0; f < block.frames; ++f) {
      const Steps::Now now = steps_.at(block, f);
      if (now.begins) {
        struck_ = chanceOf(seed_, now.step) < block.in[Steps::kInlets].at(0, f)[0];
        value_ = chanceOf(~seed_, now.step) * 2 - 1;
      }
      say(block.out[0], f, struck_ && now.sounds ? 1.0f : 0.0f);
      say(block.out[1], f, value_);
    }
  }
  void calm() override {
    steps_.calm();
    struck_ = false;
    value_ = 0;
  }

 private:
  Steps steps_;
  std::uint64_t seed_;
  bool struck_ = false;
  float value_ = 0;
};

}  // namespace

const ModuleType& chanceModule() {
  static const ModuleType type{
      .name = "chance",
      .family = "patterns",
      .purpose = "Strokes left to chance.",
      .inlets = Steps::inlets({knob("probability", "how likely a stroke is", Unit::plain, 0, 1, 0.5)}),
      .outlets = {{"gate", "1 during a stroke"}, {"value", "another number between -1 and 1 with every step"}},
      .spread = Spread::room,
      .make = [](const Place& place) -> std::unique_ptr<Module> { return std::make_unique<ChanceModule>(place); },
  };
  return type;
}

}  // namespace antiphon::synth
