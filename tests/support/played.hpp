// An instrument on a desk of its own, played and heard.
#pragma once

#include <string>
#include <vector>

#include "synth/desk.hpp"
#include "synth/recipe.hpp"
#include "synth/writing.hpp"
#include "tests/support/hearing.hpp"

namespace antiphon::synth {

/// A key, when, how hard, and for how long.
struct Note {
  double at = 0, seconds = 1;
  int key = 60, velocity = 100;
};

struct Ears {
  Sound left{}, right{};

  Sound both() const {
    Sound sum(left.size());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = (left[i] + right[i]) / 2;
    return sum;
  }
  double peak() const { return std::max(loudest(left), loudest(right)); }
  /// Of both ears together.
  double level(double from, double to) const {
    const auto power = [&](const Sound& ear) { return std::pow(rms(part(ear, frame(from), frame(to))), 2); };
    return std::sqrt((power(left) + power(right)) / 2);
  }
  /// The loudest 0.4 seconds, as meters of loudness have them.
  double loudness() const {
    double most = 0;
    for (double at = 0; frame(at + 0.4) <= static_cast<int>(left.size()); at += 0.1)
      most = std::max(most, level(at, at + 0.4));
    return most;
  }
  static int frame(double seconds) { return static_cast<int>(std::lround(seconds * 48000)); }
};

class Played {
 public:
  /// `seed`: of all that is left to chance.
  explicit Played(const std::string& type, std::uint64_t seed = 1) : Played{"it", {{{}, type}}, seed} {}
  Played(const std::string& name, const std::vector<PatchWord>& words, std::uint64_t seed = 1)
      : desk_{SampleRate{48000}, seed}, name_{name} {
    Patch patch;
    create(patch, name, words);
    chain(patch, name + " > out");
    desk_.load(patch);
  }

  Played& set(const std::string& knob, double value) {
    desk_.set(name_ + "." + knob, value);
    return *this;
  }
  Played& note(const Note& note) {
    gesture({Gesture::Kind::keyDown, static_cast<float>(note.key), static_cast<float>(note.velocity) / 127}, note.at);
    gesture({Gesture::Kind::keyUp, static_cast<float>(note.key), 0}, note.at + note.seconds);
    return *this;
  }
  Played& gesture(const Gesture& gesture, double at) {
    desk_.machine().play(desk_.played(name_), gesture, Frame{Ears::frame(at)});
    return *this;
  }
  Ears hear(double seconds) {
    const auto frames = static_cast<std::size_t>(Ears::frame(seconds));
    Ears ears{Sound(frames), Sound(frames)};
    desk_.machine().render(ears.left.data(), ears.right.data(), static_cast<int>(frames), {});
    return ears;
  }
  const Patch& patch() const { return desk_.patch(); }
  std::string faulty() const { return desk_.faulty(); }
  const Instrument& instrument() const { return *desk_.patch().instrument(name_); }

 private:
  Desk desk_;
  std::string name_;
};

}  // namespace antiphon::synth
