// Keys and modes by name, as players and files write them, and the key that notes on the grid are most likely in.
//
// For a live call, whose scale may be any, scale.hpp listens more closely; this is for naming, and for sorting music.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/tokens/phrase.hpp"

namespace antiphon {

enum class ScaleMode : std::uint8_t {
  major,
  minor,
  dorian,
  phrygian,
  lydian,
  mixolydian,
  locrian,
  harmonicMinor,
  melodicMinor,
  majorPentatonic,
  minorPentatonic,
  blues,
  chromatic,
};
inline constexpr int kScaleModes = 13;

/// Pitch classes, a bit each: bit 0 is C.
using PitchClasses = std::uint16_t;
inline constexpr PitchClasses kAllPitchClasses = 0xFFF;
constexpr bool contains(PitchClasses classes, int pitch) { return (classes >> (pitch % 12) & 1) != 0; }

std::string_view name(ScaleMode mode);
/// The way back: "harmonic-minor", "Harmonic minor", "harmonic_minor"; and the names that some have beside it, such as
/// "aeolian" and "pentatonic-minor".
std::optional<ScaleMode> parseScaleMode(std::string_view text);
/// "C", "f#", "Bb": 0 is C.
std::optional<int> parseTonic(std::string_view text);

struct Key {
  int tonic = 0;  // 0 is C
  ScaleMode mode = ScaleMode::major;

  /// Its third is a minor one.
  bool minor() const;
  PitchClasses pitchClasses() const;
  /// "Bb:major", "C#:harmonic-minor"
  std::string name() const;

  friend constexpr bool operator==(Key, Key) = default;
};

/// The way back from name(). Any spelling of the tonic, large or small letters.
std::optional<Key> parseKey(std::string_view text);

/// Major or minor, after Krumhansl and Kessler, each note weighted by its length. C major when there is nothing to
/// hear. Not for drums.
Key estimateKey(std::span<const GridNote> notes);

}  // namespace antiphon
