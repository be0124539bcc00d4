// So many strokes in so many steps, as evenly as can be.
#include "synth/steps.hpp"

namespace antiphon::synth {
namespace {

class Euclid final : public Module {
 public:
  explicit Euclid(const Place& place) : steps_{place.rate} {}

  void play(const Block& block) override {
    for (int f = 0; f < block.frames; ++f) {
      const auto says = [&](std::size_t inlet) {
        return static_cast<int>(std::lround(block.in[Steps::kInlets + inlet].at(0, f)[0]));
      };
      const Steps::Now now = steps_.at(block, f);
      if (now.begins) {
        const int steps = says(0), pulses = std::min(says(1), steps), place = inRound(now.step - says(2), steps);
        struck_ = place * pulses % steps < pulses;
      }
      say(block.out[0], f, struck_ && now.sounds ? 1.0f : 0.0f);
      say(block.out[1], f, !struck_ && now.sounds ? 1.0f : 0.0f);
    }
  }
  void calm() override {
    steps_.calm();
    struck_ = false;
  }

 private:
  Steps steps_;
  bool struck_ = false;
};

}  // namespace

const ModuleType& euclidModule() {
  static const ModuleType type{
      .name = "euclid",
      .family = "patterns",
      .purpose = "So many strokes in so many steps, as evenly as can be.",
      .inlets = Steps::inlets({knob("steps", "in a round", Unit::plain, 1, 64, 16),
                               knob("pulses", "strokes among them", Unit::plain, 0, 64, 4),
                               knob("rotation", "steps that the round begins later", Unit::plain, -64, 64, 0)}),
      .outlets = {{"gate", "1 during a stroke"}, {"rest", "1 during the other steps"}},
      .spread = Spread::room,
      .make = [](const Place& place) -> std::unique_ptr<Module> { return std::make_unique<Euclid>(place); },
  };
  return type;
}

}  // namespace antiphon::synth
