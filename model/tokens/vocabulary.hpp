// The rows of the native model's one embedding table, and what each column of a step may hold.
//
// A step of the transformer is a bar line or a note. What goes in is where it stands (column `what`) and what the note
// before it was; what comes out is this note's pitch, length and velocity, and then where the next step stands. So when
// the trunk thinks of a pitch it already knows the place, and can look at what was played there a bar ago.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "model/tokens/phrase.hpp"

namespace antiphon::native {

// Columns of a step; the rows named in them are added up.
enum Column : std::uint8_t {
  what,       // a pulse in the bar, a bar line, the header, or a piece of the style text
  lastPitch,  // of the note before
  lastLength,
  lastVelocity,
  part,      // of the voice that plays here
  barsLeft,  // in the answer, this one included; in the call its own row
  density,   // asked for; only in the answer
  beats,     // of the metre; in the header and at bar lines
  unit,
  callPart,  // of the call; in the header alone
  kColumns
};

using Row = std::uint16_t;
inline constexpr int kMostBarsLeft = 16;  // more than that looks the same
inline constexpr int kMostTextPieces = 12;
inline constexpr int kMostBeats = 64;

inline constexpr Row kNothing = 0;  // always zero
inline constexpr Row kPulseRow = 1;
inline constexpr Row kBarRow = kPulseRow + kMostBarPulses;
inline constexpr Row kSameRow = kBarRow + 1;  // "at the same pulse": comes out only
inline constexpr Row kHeaderRow = kSameRow + 1;
inline constexpr Row kPitchRow = kHeaderRow + 1;
inline constexpr Row kDrumRow = kPitchRow + 128;
inline constexpr Row kLengthRow = kDrumRow + 128;
inline constexpr Row kVelocityRow = kLengthRow + kLengthCodes;
inline constexpr Row kPartRow = kVelocityRow + kVelocityCodes;
inline constexpr Row kCallPartRow = kPartRow + kParts;
inline constexpr Row kCallBarRow = kCallPartRow + kParts;
inline constexpr Row kBarsLeftRow = kCallBarRow + 1;
inline constexpr Row kDensityRow = kBarsLeftRow + kMostBarsLeft;  // level 0: not said
inline constexpr Row kBeatsRow = kDensityRow + kDensityLevels + 1;
inline constexpr Row kUnitRow = kBeatsRow + kMostBeats;
inline constexpr Row kTextRow = kUnitRow + 6;  // as many as the style text's vocabulary has

// The chained heads, in the order they speak; each sees what those before it said.
enum Head : std::uint8_t { pitchHead, lengthHead, velocityHead, nextHead, kHeads };
inline constexpr int kPitchChoices = 256;  // pitches, then drums
inline constexpr int kNextChoices = kMostBarPulses + 2;
inline constexpr int kNextBar = kMostBarPulses;       // a bar line
inline constexpr int kNextSame = kMostBarPulses + 1;  // another note at this very pulse
/// Where each head's choices stand in the table, and how many they are.
inline constexpr std::array<Row, kHeads> kHeadRow{kPitchRow, kLengthRow, kVelocityRow, kPulseRow};
inline constexpr std::array<int, kHeads> kHeadChoices{kPitchChoices, kLengthCodes, kVelocityCodes, kNextChoices};

inline constexpr std::int16_t kNoTarget = -1;

struct Step {
  std::array<Row, kColumns> in{};
  std::int32_t time = 0;  // pulses since the first bar line
  std::array<std::int16_t, kHeads> out{kNoTarget, kNoTarget, kNoTarget, kNoTarget};

  friend bool operator==(const Step&, const Step&) = default;
};

/// Tells this language apart from any other; a checkpoint carries it.
std::string fingerprint(int textPieces);

}  // namespace antiphon::native
