// Where something is struck: how much more there is, from frame to frame, in the low, the middle and the high bands. It
// is measured in decibels above a floor that follows the music, so a quiet stroke counts beside a loud one.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace antiphon::synth {

class Strokes {
 public:
  /// Low: up to 160 Hz; middle: up to 2.5 kHz; high: all above; the harmony.
  enum Group : std::size_t { low, middle, high, harmony };
  static constexpr std::size_t kGroups = 4;

  explicit Strokes(double rate);

  /// The next frame's power spectrum.
  void hear(std::span<const float> power);

  /// The sound is over: what waited for the frames behind it.
  void end();

  /// A number for each frame.
  const std::array<std::vector<float>, kGroups>& groups() const { return groups_; }
  std::size_t frames() const { return groups_[0].size(); }

 private:
  struct Band {
    std::size_t begin, end;  // bins
    std::size_t group;
  };
  static constexpr std::size_t kBack = 2;    // frames: half a window
  static constexpr std::size_t kAside = 21;  // frames: a quarter of a second
  using Notes = std::array<float, 12>;

  void hearHarmony(std::span<const float> power);

  std::vector<Band> bands_{};
  std::array<std::vector<float>, kBack + 1> sums_{};  // the power of each band, in this frame and before
  std::array<std::vector<float>, kGroups> groups_{};
  float loudest_ = 0;
  std::vector<signed char> noteOf_{};      // of each bin; none: -1
  std::array<Notes, 2 * kAside> notes_{};  // of the last frames, in a ring
  Notes before_{}, after_{};               // sums of its two halves
};

}  // namespace antiphon::synth
