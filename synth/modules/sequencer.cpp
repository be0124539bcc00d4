// A melody of up to sixteen steps, round and round.
#include <array>

#include "synth/steps.hpp"

namespace antiphon::synth {
namespace {

constexpr std::size_t kMost = 16;
constexpr std::array<std::string_view, kMost> kNames{"step1",  "step2",  "step3",  "step4",  "step5",  "step6",
                                                     "step7",  "step8",  "step9",  "step10", "step11", "step12",
                                                     "step13", "step14", "step15", "step16"};

class Sequencer final : public Module {
 public:
  explicit Sequencer(const Place& place) : steps_{place.rate} {}

  void play(const Block& block) override {
    for (int f = 0; f < block.frames; ++f) {
      const auto says = [&](std::size_t inlet) { return block.in[Steps::kInlets + inlet].at(0, f)[0]; };
      const Steps::Now now = steps_.at(block, f);
      if (now.begins) at_ = static_cast<std::size_t>(inRound(now.step, static_cast<int>(std::lround(says(0)))));
      say(block.out[0], f, says(1) + says(2 + at_));
      say(block.out[1], f, now.sounds ? 1.0f : 0.0f);
      say(block.out[2], f, now.sounds && at_ == 0 ? 1.0f : 0.0f);
    }
  }
  void calm() override {
    steps_.calm();
    at_ = 0;
  }

 private:
  Steps steps_;
  std::size_t at_ = 0;
};

}  // namespace

const ModuleType& sequencerModule() {
  static const ModuleType type{
      .name = "sequencer",
      .family = "patterns",
      .purpose = "A melody of up to sixteen steps, round and round.",
      .inlets =
          [] {
            std::vector<Inlet> inlets =
                Steps::inlets({knob("steps", "in a round", Unit::plain, 1, kMost, 8),
                               knob("root", "what the steps are counted from, in semitones above A4", Unit::semitones,
                                    -69, 69, -24)});
            for (const std::string_view name : kNames)
              inlets.push_back(knob(name, "semitones above the root", Unit::semitones, -60, 60, 0));
            return inlets;
          }(),
      .outlets = {{"pitch", "semitones above A4"},
                  {"gate", "1 while a step sounds"},
                  {"first", "1 while the first does"}},
      .spread = Spread::room,
      .make = [](const Place& place) -> std::unique_ptr<Module> { return std::make_unique<Sequencer>(place); },
  };
  return type;
}

}  // namespace antiphon::synth
