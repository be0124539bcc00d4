// A melody of up to sixteen steps, round and round.
#include <array>

#include "synth/steps.hpp"

namespace antiphon::synth {
namespace {

constexpr std::size_t kMost = 16;
constexpr std::array<std::string_view, kMost> kNames{"step1",  "step2",  "step3",  "step4",  "step5",  "step6",
                                                     "step7",  "step8",  "step9",  "step10", "step11", "step12",
                                                     "step13", "step14", "step15", "step16"};
constexpr std::array<std::string_view, kMost> kGates{"gate1",  "gate2",  "gate3",  "gate4",  "gate5",  "gate6",
                                                     "gate7",  "gate8",  "gate9",  "gate10", "gate11", "gate12",
                                                     "gate13", "gate14", "gate15", "gate16"};

class SequencerModule final : public Module {
 public:
  explicit SequencerModule(const Place& place) : steps_{place.rate} {}

  void play(const Block& block) override {
    for (int f = 0; f < block.frames; ++f) {
      const auto says = [&](std::size_t inlet) { return block.in[Steps::kInlets + inlet].at(0, f)[0]; };
      const Steps::Now now = steps_.at(block, f);
      if (now.begins) at_ = static_cast<std::size_t>(inRound(now.step, static_cast<int>(std::lround(says(0)))));
      const float part = says(2 + kMost + at_);
      if (part > 0) heard_ = at_;  // what rings on in a rest keeps its pitch
      const float length = block.in[kLength].at(0, f)[0];
      const bool sounds = now.sounds && part > 0 && now.along < part * length;
      say(block.out[0], f, says(1) + says(2 + heard_));
      say(block.out[1], f, sounds ? 1.0f : 0.0f);
      say(block.out[2], f, sounds && at_ == 0 ? 1.0f : 0.0f);
    }
  }
  void calm() override {
    steps_.calm();
    at_ = heard_ = 0;
  }

 private:
  static constexpr std::size_t kLength = Steps::kInlets - 1;

  Steps steps_;
  std::size_t at_ = 0, heard_ = 0;  // the step, and the last that was no rest
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
            for (const std::string_view name : kGates)
              inlets.push_back(knob(name, "how much of its length the step sounds: 0 is a rest", Unit::plain, 0, 1, 1));
            return inlets;
          }(),
      .outlets = {{"pitch", "semitones above A4"},
                  {"gate", "1 while a step sounds"},
                  {"first", "1 while the first does"}},
      .spread = Spread::room,
      .make = [](const Place& place) -> std::unique_ptr<Module> { return std::make_unique<SequencerModule>(place); },
  };
  return type;
}

}  // namespace antiphon::synth
