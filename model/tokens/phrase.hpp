// Music on the pulse grid: what the answering model reads and writes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "model/tokens/grid.hpp"
#include "scheduler/note.hpp"

namespace antiphon {

/// What a voice does in a band.
enum class Part : std::uint8_t { melody, piano, chords, bass, drums };
inline constexpr int kParts = 5;
inline constexpr std::uint8_t kDrumChannel = 9;

std::string_view name(Part part);
std::optional<Part> parsePart(std::string_view word);

/// A note in a bar: everything a code of the grid.
struct GridNote {
  std::uint16_t bar = 0;
  std::uint8_t pulse = 0;  // in its bar
  std::uint8_t pitch = 60;
  std::uint8_t length = 0;    // lengthCode
  std::uint8_t velocity = 0;  // velocityCode

  friend constexpr auto operator<=>(const GridNote&, const GridNote&) = default;
};

/// Some bars in one metre. Notes stand in the one canonical order: by bar, pulse, pitch; no two share all three.
struct GridPhrase {
  Meter meter{};
  int bars = 1;
  std::vector<GridNote> notes{};

  friend bool operator==(const GridPhrase&, const GridPhrase&) = default;
};

/// Puts notes into the canonical order; of those that share bar, pulse and pitch the longest stays, at the loudest.
void makeCanonical(std::vector<GridNote>& notes);

/// Rounds to the grid. An onset goes to the nearest pulse, though never past the last pulse of the phrase.
/// Throws std::invalid_argument in a metre that the model does not speak.
GridPhrase onGrid(const Phrase& phrase);
/// The other way: exact, on `channel`.
Phrase offGrid(const GridPhrase& phrase, std::uint8_t channel);

// How busy music is: eight levels of notes in a quarter; level 0 says nothing about it.
inline constexpr int kDensityLevels = 8;
int densityLevel(std::size_t notes, Meter meter, int bars);
/// The level for a wish between 0 (sparse) and 1 (busy).
int densityLevelOf(double wish);

}  // namespace antiphon
