// Plays the keys of a chord one after the other.
#include <algorithm>
#include <array>

#include "synth/steps.hpp"

namespace antiphon::synth {
namespace {

enum Order : int { kUp, kDown, kUpDown, kRandom };

class Arp final : public Module {
 public:
  explicit Arp(const Place& place) : steps_{place.rate, 2}, seed_{place.seed} {}

  void play(const Block& block) override {
    for (int f = 0; f < block.frames; ++f) {
      const Steps::Now now = steps_.at(block, f);
      if (now.begins) choose(block, f);
      say(block.out[0], f, pitch_);
      say(block.out[1], f, any_ && now.sounds ? 1.0f : 0.0f);
    }
  }
  void calm() override {
    steps_.calm();
    turn_ = 0;
    pitch_ = 0;
    any_ = false;
  }

 private:
  static constexpr std::size_t kFirstOwn = 2 + Steps::kInlets;

  /// How many keys are held, lowest first. What is no voice's is one key.
  int gather(const Block& block, int frame) {
    const Heard &pitch = block.in[0], &gate = block.in[1];
    const int groups = gate.voices ? std::min(gate.groups, kMostGroups) : 1, lanes = gate.voices ? kLanes : 1;
    std::size_t count = 0;
    for (int g = 0; g < groups; ++g) {
      for (int lane = 0; lane < lanes; ++lane) {
        if (gate.at(g, frame)[lane] > 0.5f) held_[count++] = pitch.at(std::min(g, pitch.groups - 1), frame)[lane];
      }
    }
    std::sort(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(count));
    return static_cast<int>(count);
  }

  void choose(const Block& block, int frame) {
    const int keys = gather(block, frame);
    any_ = keys > 0;
    if (!any_) {
      turn_ = 0;  // the next chord begins anew
      return;
    }
    const auto says = [&](std::size_t inlet) {
      return static_cast<int>(std::lround(block.in[kFirstOwn + inlet].at(0, frame)[0]));
    };
    const int all = keys * says(1), order = says(0);
    int place = inRound(turn_, all);
    if (order == kDown) place = all - 1 - place;
    if (order == kUpDown) {
      const int there = inRound(turn_, std::max(1, 2 * all - 2));  // neither end is played twice
      place = there < all ? there : 2 * all - 2 - there;
    }
    if (order == kRandom) place = std::min(all - 1, static_cast<int>(chanceOf(seed_, turn_) * static_cast<float>(all)));
    pitch_ = held_[static_cast<std::size_t>(place % keys)] + 12.0f * static_cast<float>(place / keys);
    ++turn_;
  }

  Steps steps_;
  std::uint64_t seed_;
  std::array<float, kMostVoices> held_{};
  std::int64_t turn_ = 0;
  float pitch_ = 0;
  bool any_ = false;
};

}  // namespace

const ModuleType& arpModule() {
  static const ModuleType type{
      .name = "arp",
      .family = "patterns",
      .purpose = "Plays the keys of a chord one after the other.",
      .inlets =
          [] {
            std::vector<Inlet> inlets{{.name = "pitch", .purpose = "semitones above A4, of each key", .each = true},
                                      {.name = "gate", .purpose = "above a half while a key is held", .each = true}};
            Steps::addInlets(inlets);
            inlets.push_back(choice("order", "which comes next", {"up", "down", "updown", "random"}));
            inlets.push_back(knob("octaves", "how many it goes through", Unit::plain, 1, 4, 1));
            return inlets;
          }(),
      .outlets = {{"pitch", "semitones above A4"}, {"gate", "1 while a key sounds"}},
      .spread = Spread::room,
      .make = [](const Place& place) -> std::unique_ptr<Module> { return std::make_unique<Arp>(place); },
  };
  return type;
}

}  // namespace antiphon::synth
