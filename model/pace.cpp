#include "model/pace.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/tokens/vocabulary.hpp"

namespace antiphon {
namespace {

constexpr double kPatience = 8;  // quarters that count as played on target before the first note
constexpr double kMostLean = 4;
constexpr double kSameGap = 0.25;  // quarters: a further note of a chord is worth as much as one so near

}  // namespace

void Pace::lean(std::span<float> logits, int pulse, int barPulses, int notes, int elapsed) const {
  if (firmness_ <= 0 || target_ <= 0) return;
  const double quarters = static_cast<double>(elapsed) / kPulsesPerQuarter;
  const double rate = (notes + target_ * kPatience + 0.01) / (quarters + kPatience);
  const double lean = std::clamp(firmness_ * std::log(target_ / rate) * kPatience, -kMostLean, kMostLean);
  const auto gap = [&](int choice) {
    if (choice == native::kNextSame) return kSameGap;
    const int to = choice == native::kNextBar ? barPulses : choice;
    return static_cast<double>(to - std::max(pulse, 0)) / kPulsesPerQuarter;
  };
  for (int i = 0; i < native::kNextChoices; ++i) logits[static_cast<std::size_t>(i)] -= static_cast<float>(lean * gap(i));
}

double densityOfLevel(int level) {
  constexpr std::array<double, kDensityLevels> kMiddles{0.35, 0.62, 0.87, 1.25, 1.75, 2.5, 3.75, 6.0};
  return kMiddles[static_cast<std::size_t>(std::clamp(level, 1, kDensityLevels) - 1)];
}

}  // namespace antiphon
