// A keyboard with voices: tells each which key it has, how hard it was struck, and for how long it is held.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "synth/module.hpp"

namespace antiphon::synth {
namespace {

constexpr std::size_t kMostGestures = 512;  // in one block; a hand has ten fingers
constexpr float kA4 = 69;

class Keys final : public Module {
 public:
  explicit Keys(const Place& place) : rate_{place.rate}, voices_(static_cast<std::size_t>(place.groups) * kLanes) {
    due_.reserve(kMostGestures);
  }

  void hear(const Gesture& gesture, int frame) override {
    if (due_.size() < kMostGestures) due_.push_back({gesture, frame});
  }

  void play(const Block& block) override {
    glide_ = block.in[0].at(0, 0)[0];
    const auto most = static_cast<std::size_t>(std::lround(block.in[1].at(0, 0)[0]));
    inUse_ = std::min(most, voices_.size());
    auto next = due_.begin();
    for (int f = 0; f < block.frames;) {
      for (; next != due_.end() && next->frame <= f; ++next) obey(next->gesture);
      int until = f + 1;
      if (!say(block, f)) until = next == due_.end() ? block.frames : std::min(next->frame, block.frames);
      hold(block, f, until);
      f = until;
    }
    due_.clear();
  }

  void calm() override {
    std::fill(voices_.begin(), voices_.end(), Voice{});
    pedal_ = false;
    bend_ = 0;
    due_.clear();
  }

 private:
  struct Voice {
    float key = kA4, pitch = kA4, force = 0;
    bool held = false, down = false, again = false;  // it sounds; its key is down, and not only the pedal
    int left = 0;                                    // frames of gliding
    std::uint64_t since = 0;                         // when it was struck or let go
  };
  struct Due {
    Gesture gesture{};
    int frame = 0;
  };

  /// Writes a frame; whether the next is another even if nothing is played.
  bool say(const Block& block, int frame) {
    bool moving = false;
    for (std::size_t v = 0; v < voices_.size(); ++v) {
      Voice& voice = voices_[v];
      const int group = static_cast<int>(v) / kLanes;
      const std::size_t lane = v % kLanes;
      moving = moving || voice.left > 0 || voice.again;
      voice.pitch += voice.left > 0 ? (voice.key - voice.pitch) / static_cast<float>(voice.left--) : 0.0f;
      block.out[0].at(group, frame)[lane] = voice.pitch + bend_ - kA4;
      // A voice that is taken over lets go for one frame, so that its envelope begins anew.
      block.out[1].at(group, frame)[lane] = voice.again ? 0.0f : voice.held ? 1.0f : 0.0f;
      block.out[2].at(group, frame)[lane] = voice.force;
      voice.again = false;
    }
    return moving;
  }

  /// Frames up to `until` are as this one.
  void hold(const Block& block, int frame, int until) const {
    for (const Made& out : block.out) {
      for (int g = 0; g < block.groups; ++g) {
        const float* const said = out.at(g, frame);
        for (int f = frame + 1; f < until; ++f) std::memcpy(out.at(g, f), said, kLanes * sizeof(float));
      }
    }
  }

  void obey(const Gesture& gesture) {
    ++moment_;
    switch (gesture.kind) {
      case Gesture::Kind::keyDown: strike(gesture); break;
      case Gesture::Kind::keyUp:
        for (Voice& voice : voices_) {
          if (!voice.down || voice.key != gesture.key) continue;
          voice.down = false;
          if (!pedal_) letGo(voice);
        }
        break;
      case Gesture::Kind::pedal:
        pedal_ = gesture.amount >= 0.5f;
        for (Voice& voice : voices_) {
          if (!pedal_ && voice.held && !voice.down) letGo(voice);
        }
        break;
      case Gesture::Kind::bend: bend_ = gesture.amount; break;
      case Gesture::Kind::allUp:
        pedal_ = false;
        for (Voice& voice : voices_) {
          voice.down = false;
          if (voice.held) letGo(voice);
        }
        break;
    }
  }

  void letGo(Voice& voice) {
    voice.held = false;
    voice.since = moment_;
  }

  void strike(const Gesture& gesture) {
    Voice& voice = voiceFor(gesture.key);
    voice.again = voice.held;
    voice.held = voice.down = true;
    voice.key = gesture.key;
    voice.force = gesture.amount;
    voice.since = moment_;
    voice.left = glide_ > 0 && anyone_ ? static_cast<int>(std::lround(glide_ * rate_.hertz)) : 0;
    voice.pitch = voice.left > 0 ? last_ : gesture.key;
    last_ = gesture.key;
    anyone_ = true;
  }

  /// The one that has this key already; else the one that has been silent for longest; else the one that has been held
  /// for longest.
  Voice& voiceFor(float key) {
    const auto end = voices_.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(inUse_, 1));
    const auto same = std::find_if(voices_.begin(), end, [&](const Voice& v) { return v.held && v.key == key; });
    if (same != end) return *same;
    return *std::min_element(voices_.begin(), end, [](const Voice& a, const Voice& b) {
      return a.held != b.held ? !a.held : a.since < b.since;
    });
  }

  SampleRate rate_;
  std::vector<Voice> voices_;
  std::vector<Due> due_{};
  std::size_t inUse_ = kLanes;
  std::uint64_t moment_ = 0;
  float glide_ = 0, bend_ = 0, last_ = kA4;
  bool pedal_ = false, anyone_ = false;
};

}  // namespace

const ModuleType& keysModule() {
  static const ModuleType type{
      .name = "keys",
      .family = "playing",
      .purpose = "A keyboard with voices: which key each has, how hard it was struck, how long it is held.",
      .inlets = {knob("glide", "how long a pitch takes from the last key to the next", Unit::seconds, 0, 10, 0),
                 knob("voices", "how many keys may sound at once, of those the module was made for", Unit::plain, 1,
                      kMostVoices, kMostVoices)},
      .outlets = {{"pitch", "semitones above A4"}, {"gate", "1 while held"}, {"velocity", "0 to 1"}},
      .spread = Spread::voices,
      .make = [](const Place& place) -> std::unique_ptr<Module> { return std::make_unique<Keys>(place); },
  };
  return type;
}

}  // namespace antiphon::synth
