// The steps of a pattern: with the music's beat, or, where something is patched to `clock`, with that.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "synth/module.hpp"

namespace antiphon::synth {

/// An inlet's beats are a little beside what was meant by a third, and in an hour a clock would be a little beside the
/// music: what is all but a whole number of 1/960 is that.
inline double beatsOf(float said) {
  const double parts = static_cast<double>(said) * 960, whole = std::round(parts);
  return std::abs(parts - whole) < 1e-6 * parts ? whole / 960 : static_cast<double>(said);
}

class Steps {
 public:
  /// The inlets that say when, which follow one another from this place.
  static constexpr std::size_t kInlets = 4;
  static void addInlets(std::vector<Inlet>& inlets) {
    inlets.push_back(signalInlet("clock", "patch gates here, and each is a step; else the music's beat is followed"));
    inlets.push_back(signalInlet("reset", "when it rises, the next step is the first"));
    inlets.push_back(knob("division", "how long a step is", Unit::beats, 1.0 / 64, 64, 0.25, Curve::exponential));
    inlets.push_back(knob("length", "how much of a step sounds", Unit::plain, 0.01, 0.98, 0.5));
  }
  static std::vector<Inlet> inlets(std::vector<Inlet> others) {
    std::vector<Inlet> all;
    addInlets(all);
    all.insert(all.end(), others.begin(), others.end());
    return all;
  }

  struct Now {
    std::int64_t step = 0;
    bool begins = false, sounds = false;
    float along = 0;  // how far in the step; with a clock nobody knows
  };

  explicit Steps(SampleRate rate, std::size_t firstInlet = 0) : rate_{rate}, first_{firstInlet} {}

  /// Frame after frame of a block. Realtime: yes.
  Now at(const Block& block, int frame) {
    const auto says = [&](std::size_t inlet) { return block.in[first_ + inlet].at(0, frame)[0]; };
    const bool reset = says(1) > 0.5f;
    const bool again = reset && !reset_;
    reset_ = reset;
    const bool clocked = block.in[first_].patched;
    return clocked ? clockedAt(says(0) > 0.5f, again) : musicAt(block, frame, says(2), says(3), again);
  }

  void calm() {
    step_ = kNone;
    origin_ = 0;
    gate_ = reset_ = false;
  }

 private:
  static constexpr std::int64_t kNone = -1;

  Now clockedAt(bool gate, bool again) {
    if (again) step_ = kNone;
    const bool begins = gate && !gate_;
    gate_ = gate;
    if (begins) ++step_;
    return {step_, begins, gate};
  }

  Now musicAt(const Block& block, int frame, float division, float length, bool again) {
    if (!block.time.running) {
      step_ = kNone;
      return {};
    }
    const double perFrame = block.time.tempo / 60 / rate_.hertz;
    // A beat that is reached but for the last bits is reached.
    const double place = (block.time.beat + (frame + 1e-3) * perFrame) / beatsOf(division);
    const double whole = std::floor(place);
    const auto now = static_cast<std::int64_t>(whole);
    if (again) origin_ = now;
    const bool begins = now != step_ || again;
    step_ = now;
    return {now - origin_, begins, place - whole < static_cast<double>(length), static_cast<float>(place - whole)};
  }

  SampleRate rate_;
  std::size_t first_;
  std::int64_t step_ = kNone, origin_ = 0;
  bool gate_ = false, reset_ = false;
};

/// What is left after whole rounds of `count`, also before the first.
inline int inRound(std::int64_t step, int count) {
  const auto left = static_cast<int>(step % count);
  return left < 0 ? left + count : left;
}

/// The same for the same seed and step, and otherwise as if by chance: 0 .. 1.
inline float chanceOf(std::uint64_t seed, std::int64_t step) {
  std::uint64_t x = seed + static_cast<std::uint64_t>(step) * 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return static_cast<float>((x ^ (x >> 31)) >> 40) * (1.0f / 16777216.0f);
}

/// One number for all lanes.
inline void say(const Made& made, int frame, float value) {
  for (int lane = 0; lane < kLanes; ++lane) made.at(0, frame)[lane] = value;
}

}  // namespace antiphon::synth
