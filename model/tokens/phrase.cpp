#include "model/tokens/phrase.hpp"

#include <algorithm>
#include <stdexcept>

namespace antiphon {
namespace {

constexpr std::array<std::string_view, kParts> kPartNames{"melody", "piano", "chords", "bass", "drums"};

/// Notes in a quarter, from which on the next level begins.
constexpr std::array<double, kDensityLevels - 1> kDensityBounds{0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.5};

}  // namespace

std::string_view name(Part part) { return kPartNames[static_cast<std::size_t>(part)]; }

std::optional<Part> parsePart(std::string_view word) {
  const auto found = std::ranges::find(kPartNames, word);
  if (found == kPartNames.end()) return std::nullopt;
  return static_cast<Part>(found - kPartNames.begin());
}

void makeCanonical(std::vector<GridNote>& notes) {
  std::ranges::sort(notes);
  const auto same = [](const GridNote& a, const GridNote& b) {
    return std::tie(a.bar, a.pulse, a.pitch) == std::tie(b.bar, b.pulse, b.pitch);
  };
  std::size_t kept = 0;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    if (kept > 0 && same(notes[kept - 1], notes[i])) {
      notes[kept - 1].length = std::max(notes[kept - 1].length, notes[i].length);
      notes[kept - 1].velocity = std::max(notes[kept - 1].velocity, notes[i].velocity);
    } else {
      notes[kept++] = notes[i];
    }
  }
  notes.resize(kept);
}

GridPhrase onGrid(const Phrase& phrase) {
  if (!speaksMeter(phrase.meter)) throw std::invalid_argument{"the pulse grid has no bars of " + phrase.meter.text()};
  GridPhrase grid{phrase.meter, phrase.bars, {}};
  const int barPulses = pulsesPerBar(phrase.meter);
  const std::int64_t last = std::int64_t{barPulses} * phrase.bars - 1;
  for (const Note& note : phrase.notes) {
    const std::int64_t at = std::clamp<std::int64_t>(pulseOf(note.tick), 0, last);
    grid.notes.push_back({static_cast<std::uint16_t>(at / barPulses), static_cast<std::uint8_t>(at % barPulses),
                          note.pitch, static_cast<std::uint8_t>(lengthCode(pulseOf(note.length))),
                          static_cast<std::uint8_t>(velocityCode(note.velocity))});
  }
  makeCanonical(grid.notes);
  return grid;
}

Phrase offGrid(const GridPhrase& grid, std::uint8_t channel) {
  Phrase phrase{grid.meter, grid.bars, {}};
  for (const GridNote& note : grid.notes) {
    phrase.notes.push_back({grid.meter.barLine(note.bar) + kPulse * note.pulse, kPulse * lengthPulses(note.length),
                            note.pitch, static_cast<std::uint8_t>(velocityOf(note.velocity)), channel});
  }
  return phrase;
}

int densityLevel(std::size_t notes, Meter meter, int bars) {
  const double quarters = static_cast<double>(pulsesPerBar(meter)) * bars / kPulsesPerQuarter;
  const double each = static_cast<double>(notes) / quarters;
  return 1 + static_cast<int>(std::ranges::upper_bound(kDensityBounds, each) - kDensityBounds.begin());
}

int densityLevelOf(double wish) { return 1 + static_cast<int>(std::clamp(wish, 0.0, 0.999) * kDensityLevels); }

}  // namespace antiphon
