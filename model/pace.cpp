#include "model/pace.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/tokens/vocabulary.hpp"

namespace antiphon {
namespace {

constexpr double kPressure = 6;       // found by trying: weaker leaves short answers thin, stronger makes them even
constexpr double kLeastRoom = 1;      // notes
constexpr double kShortest = 0.6;     // of the mean step: nearer places catch up no better, or the answer would stumble
constexpr double kLongestPause = 16;  // quarters: a longer answer gets no wider band, or it would wander

}  // namespace

Pace::Pace(double target, double tolerance, double quarters)
    : target_{target}, room_{std::max(kLeastRoom, tolerance * target * std::min(quarters, kLongestPause))} {}

void Pace::lean(std::span<float> logits, int pulse, int barPulses, int notes, int elapsed) const {
  if (target_ <= 0) return;
  const double least = kShortest * kPulsesPerQuarter / target_;
  for (int choice = 0; choice < native::kNextChoices; ++choice) {
    const bool bar = choice == native::kNextBar;
    const double step = (bar ? barPulses : choice) - std::max(pulse, 0);
    const double ahead = choice == native::kNextSame ? 0 : std::max(step, least);
    // A note on its way counts as half of what it fills.
    const double played = notes + (bar ? 0.0 : 0.5);
    const double astray = std::abs(played - target_ * (elapsed + ahead) / kPulsesPerQuarter);
    const double beyond = std::max(0.0, astray / room_ - 1);
    logits[static_cast<std::size_t>(choice)] -= static_cast<float>(kPressure * beyond * (1 + beyond));
  }
}

double densityOfLevel(int level) {
  constexpr std::array<double, kDensityLevels> kMiddles{0.35, 0.62, 0.87, 1.25, 1.75, 2.5, 3.75, 6.0};
  return kMiddles[static_cast<std::size_t>(std::clamp(level, 1, kDensityLevels) - 1)];
}

}  // namespace antiphon
