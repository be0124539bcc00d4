// Pads for a drum kit: each key, by General MIDI's map of drums, strikes one of them. A voice is a stroke, not a key:
// a cymbal that still rings is struck in another, and a hi-hat always in the same, so that it chokes itself.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "synth/module.hpp"

namespace antiphon::synth {
namespace {

constexpr std::size_t kMostStrokes = 512;  // in one block
constexpr double kPulse = 0.001;           // s that a stroke's trigger is up
constexpr int kKeys = 128;

enum Pad : std::uint8_t { kick, snare, stick, clap, hat, tom, crash, ride, cowbell, shaker, none };
constexpr std::size_t kPads = none;
constexpr std::size_t kOpen = kPads, kPitch = kPads + 1;  // outlets behind those of the pads

struct PadStroke {
  Pad pad = none;
  float value = 0;  // how far open, or how many semitones higher
};

constexpr std::array<PadStroke, kKeys> kMap = [] {
  std::array<PadStroke, kKeys> map{};
  map[35] = map[36] = {kick};
  map[37] = map[75] = map[76] = map[77] = {stick};
  map[38] = map[40] = {snare};
  map[39] = {clap};
  map[42] = {hat};
  map[44] = {hat, 0.04f};
  map[46] = {hat, 1};
  map[41] = map[66] = {tom, -7};
  map[43] = map[64] = {tom, -4};
  map[45] = map[63] = {tom, -1};
  map[47] = map[62] = {tom, 2};
  map[48] = map[61] = map[65] = {tom, 5};
  map[50] = map[60] = {tom, 8};
  map[49] = map[57] = map[52] = map[55] = {crash};
  map[51] = map[59] = map[53] = {ride};
  map[56] = map[67] = map[68] = {cowbell};
  map[54] = map[69] = map[70] = map[82] = {shaker};
  return map;
}();

class Pads final : public Module {
 public:
  explicit Pads(const Place& place) : pulse_{static_cast<int>(std::lround(kPulse * place.rate.hertz))} {
    due_.reserve(kMostStrokes);
  }

  void hear(const Gesture& gesture, int frame) override {
    if (gesture.kind == Gesture::Kind::keyDown && due_.size() < kMostStrokes) due_.push_back({gesture, frame});
  }

  void play(const Block& block) override {
    for (const Made& out : block.out) std::fill_n(out.data, static_cast<std::size_t>(block.groups) * kPerGroup, 0.0f);
    auto next = due_.begin();
    for (int f = 0; f < block.frames; ++f) {
      for (; next != due_.end() && next->frame <= f; ++next) strike(next->gesture);
      for (std::size_t pad = 0; pad < kPads; ++pad) {
        for (std::size_t lane = 0; strokes_[pad] > 0 && lane < kLanes; ++lane) {
          Trigger& trigger = triggers_[pad][lane];
          if (trigger.left == 0) continue;
          // One that is struck again is let go for a frame, or it would not be noticed.
          if (!trigger.again) block.out[pad].at(0, f)[lane] = trigger.force;
          trigger.again = false;
          strokes_[pad] -= --trigger.left == 0 ? 1 : 0;
        }
      }
      std::copy_n(open_.data(), kLanes, block.out[kOpen].at(0, f));
      std::copy_n(pitch_.data(), kLanes, block.out[kPitch].at(0, f));
    }
    due_.clear();
  }

  void calm() override {
    triggers_ = {};
    strokes_ = {};
    turn_ = {};
    open_ = pitch_ = {};
    due_.clear();
  }

 private:
  struct Trigger {
    float force = 0;
    int left = 0;  // frames until it is let go
    bool again = false;
  };
  struct Due {
    Gesture gesture{};
    int frame = 0;
  };

  void strike(const Gesture& gesture) {
    const auto key = static_cast<std::size_t>(std::clamp(std::lround(gesture.key), 0L, kKeys - 1L));
    const PadStroke& stroke = kMap[key];
    if (stroke.pad == none) return;
    const bool alone = stroke.pad == hat || stroke.pad == kick;
    const std::size_t lane = alone ? 0 : turn_[stroke.pad]++ % kLanes;
    Trigger& trigger = triggers_[stroke.pad][lane];
    trigger.again = trigger.left > 0;
    strokes_[stroke.pad] += trigger.again ? 0 : 1;
    trigger.left = pulse_;
    trigger.force = gesture.amount;
    if (stroke.pad == hat) open_[lane] = stroke.value;
    if (stroke.pad == tom) pitch_[lane] = stroke.value;
  }

  int pulse_;
  std::array<std::array<Trigger, kLanes>, kPads> triggers_{};
  std::array<int, kPads> strokes_{};       // triggers that are up
  std::array<std::size_t, kPads> turn_{};  // whose is the next stroke
  std::array<float, kLanes> open_{}, pitch_{};
  std::vector<Due> due_{};
};

}  // namespace

const ModuleType& padsModule() {
  static const ModuleType type{
      .name = "pads",
      .family = "playing",
      .purpose = "Pads for a drum kit: each key strikes one, by General MIDI's map of drums.",
      .inlets = {},
      .outlets = {{"kick", "how hard it is struck, for a moment: keys 35, 36"},
                  {"snare", "38, 40"},
                  {"stick", "37, and blocks of wood"},
                  {"clap", "39"},
                  {"hat", "42, 44 with the foot, 46 open"},
                  {"tom", "41, 43, 45, 47, 48, 50, and drums played by hand"},
                  {"crash", "49, 57"},
                  {"ride", "51, 59"},
                  {"cowbell", "56"},
                  {"shaker", "54, 69, 70, 82"},
                  {"open", "how far the hi-hat is open, 0 to 1"},
                  {"pitch", "semitones that the tom is higher"}},
      .spread = Spread::voices,
      .make = [](const Place& place) -> std::unique_ptr<Module> { return std::make_unique<Pads>(place); },
  };
  return type;
}

}  // namespace antiphon::synth
