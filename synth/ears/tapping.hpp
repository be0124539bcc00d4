// What a foot would tap. Trackers find the pulse and then, by habit, its half, its double or the off-beats. Here beats
// are laid along every pulse that may be meant, also between its beats, and for each of them it is measured what is
// played on the beats and between them: low, middle and high strokes, changes of harmony, how alike a beat is to the
// next ones. The traits are weighed, and of all tappings that one is taken that is least wrong, whichever is right: one
// at the double tempo can be used, one at two thirds of it cannot.
#pragma once

#include <array>
#include <span>
#include <stop_token>
#include <vector>

#include "synth/ears/strokes.hpp"

namespace antiphon::synth {

inline constexpr std::size_t kTraits = 59;

struct Tapping {
  double tempo = 0;             // beats a minute, at the middle of them
  std::vector<double> beats{};  // seconds
  std::array<float, kTraits> traits{};
};

/// All that may be meant; none where there is no pulse. When it is told to stop, it does so soon, with some of them.
std::vector<Tapping> tappings(const Strokes& strokes, double framesPerSecond, const std::stop_token& stop = {});

/// Which is tapped, and how sure that is, 0 .. 1.
struct Choice {
  std::size_t which;
  double sureness;
};
Choice tapped(std::span<const Tapping> tappings);

/// What is struck at all, low, middle or high: a number for each frame, with a mean square of about one all along.
std::vector<float> struck(const Strokes& strokes);
/// How many strokes stand out in it.
std::size_t countStrokes(std::span<const float> struck);

}  // namespace antiphon::synth
