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
constexpr std::size_t kMostDown = 64;       // keys that are held and may be come back to
constexpr float kA4 = 69;

class Keys final : public Module {
 public:
  explicit Keys(const Place& place) : rate_{place.rate}, voices_(static_cast<std::size_t>(place.groups) * kLanes) {
    due_.reserve(kMostGestures);
    down_.reserve(kMostDown);
    for (auto& outlet : said_) outlet.resize(voices_.size());
  }

  void hear(const Gesture& gesture, int frame) override {
    if (due_.size() == kMostGestures) {  // nothing is lost, but what comes first comes early
      for (const Due& due : due_) obey(due.gesture);
      due_.clear();
    }
    due_.push_back({gesture, frame});
  }

  void play(const Block& block) override {
    glide_ = block.in[0].at(0, 0)[0];
    const auto most = static_cast<std::size_t>(std::lround(block.in[1].at(0, 0)[0]));
    inUse_ = std::min(most, voices_.size());
    legato_ = block.in[2].at(0, 0)[0] > 0.5f;
    auto next = due_.begin();
    for (int f = 0; f < block.frames;) {
      for (; next != due_.end() && next->frame <= f; ++next) obey(next->gesture);
      int until = f + 1;
      if (!move()) until = next == due_.end() ? block.frames : std::min(next->frame, block.frames);
      const bool steady = until - f == block.frames;
      say(block, f, steady ? 1 : until);
      for (Made& out : block.out) out.steady = steady;
      f = until;
    }
    due_.clear();
  }

  void calm() override {
    std::fill(voices_.begin(), voices_.end(), Voice{});
    moves_ = true;
    down_.clear();
    pedal_ = anyone_ = false;
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

  /// Goes on to the next frame; whether the one after that is another even if nothing is played.
  bool move() {
    if (!moves_) return false;
    moves_ = false;
    for (std::size_t v = 0; v < voices_.size(); ++v) {
      Voice& voice = voices_[v];
      moves_ = moves_ || voice.left > 0 || voice.again;
      voice.pitch += voice.left > 0 ? (voice.key - voice.pitch) / static_cast<float>(voice.left--) : 0.0f;
      said_[0][v] = voice.pitch + bend_ - kA4;
      // A voice that is taken over lets go for one frame, so that its envelope begins anew.
      said_[1][v] = voice.again || !voice.held ? 0.0f : 1.0f;
      said_[2][v] = voice.force;
      voice.again = false;
    }
    return moves_;
  }

  /// Frames up to `until` are as this one.
  void say(const Block& block, int frame, int until) const {
    for (std::size_t i = 0; i < said_.size(); ++i) {
      const float* said = said_[i].data();
      float* to = block.out[i].at(0, frame);
      for (int g = 0; g < block.groups; ++g, said += kLanes, to += kPerGroup) {
        for (int f = 0; f < until - frame; ++f) std::memcpy(to + f * kLanes, said, kLanes * sizeof(float));
      }
    }
  }

  void obey(const Gesture& gesture) {
    ++moment_;
    moves_ = true;
    switch (gesture.kind) {
      case Gesture::Kind::keyDown: strike(gesture); break;
      case Gesture::Kind::keyUp: lift(gesture.key); break;
      case Gesture::Kind::pedal:
        pedal_ = gesture.amount >= 0.5f;
        for (Voice& voice : voices_) {
          if (!pedal_ && voice.held && !voice.down) letGo(voice);
        }
        break;
      case Gesture::Kind::bend: bend_ = gesture.amount; break;
      case Gesture::Kind::allUp:
        pedal_ = false;
        down_.clear();
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
    std::erase(down_, gesture.key);
    if (down_.size() == kMostDown) down_.erase(down_.begin());
    down_.push_back(gesture.key);
    if (legato_ && voices_[0].down) return slide(voices_[0], gesture.key);
    Voice& voice = legato_ ? voices_[0] : voiceFor(gesture.key);
    voice.again = voice.held;
    voice.held = voice.down = true;
    voice.force = gesture.amount;
    voice.since = moment_;
    if (glide_ > 0 && anyone_) voice.pitch = last_;
    slide(voice, gesture.key);
    anyone_ = true;
  }

  void slide(Voice& voice, float key) {
    voice.key = key;
    voice.left = anyone_ ? static_cast<int>(std::lround(glide_ * rate_.hertz)) : 0;
    if (voice.left == 0) voice.pitch = key;
    last_ = key;
  }

  void lift(float key) {
    std::erase(down_, key);
    for (Voice& voice : voices_) {
      if (!voice.down || voice.key != key) continue;
      if (legato_ && &voice == voices_.data() && !down_.empty()) {
        slide(voice, down_.back());
        continue;
      }
      voice.down = false;
      if (!pedal_) letGo(voice);
    }
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
  std::array<std::vector<float>, 3> said_{};  // what each outlet says, of every voice
  std::vector<Due> due_{};
  std::vector<float> down_{};  // the keys that are, in the order in which they went
  std::size_t inUse_ = kLanes;
  std::uint64_t moment_ = 0;
  float glide_ = 0, bend_ = 0, last_ = kA4;
  bool pedal_ = false, anyone_ = false, legato_ = false;
  bool moves_ = true;  // what is said in the next frame may be another
};

}  // namespace

const ModuleType& keysModule() {
  static const ModuleType type{
      .name = "keys",
      .family = "playing",
      .purpose = "A keyboard with voices: which key each has, how hard it was struck, how long it is held.",
      .inlets = {knob("glide", "how long a pitch takes from the last key to the next", Unit::seconds, 0, 10, 0),
                 knob("voices", "how many keys may sound at once, of those the module was made for", Unit::plain, 1,
                      kMostVoices, kMostVoices),
                 choice("legato", "on: one voice, which goes from key to key while any is held, and back",
                        {"off", "on"})},
      .outlets = {{"pitch", "semitones above A4"}, {"gate", "1 while held"}, {"velocity", "0 to 1"}},
      .spread = Spread::voices,
      .make = [](const Place& place) -> std::unique_ptr<Module> { return std::make_unique<Keys>(place); },
  };
  return type;
}

}  // namespace antiphon::synth
