// Patterns as they are written down. Two ways:
//
//   steps   x...X.-x 37|        x a hit, X an accent, 1 to 9 how hard, . a rest, - holds what was struck before
//   notes   C2 Eb2:2 . G2/60 [C3 E3 G3]:4 -
//                               :2 lasts two steps, /60 is how hard (1 to 127), a chord is in brackets
//           C4:1~3 E4:0~2       takes one step and sounds for three; takes none: the next begins with it
//
// Spaces and | are for the eye. A round is as long as what is written.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "synth/studio/pattern.hpp"

namespace antiphon::synth {

/// In a sentence, what is wrong with what is written.
class NotationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Written {
  enum class As : std::uint8_t { steps, notes } as = As::steps;
  Tick step{};
  std::string text{};
  friend bool operator==(const Written&, const Written&) = default;
};

inline constexpr Tick kUsualStep{kQuarter.count / 4}, kUsualNote = kQuarter;

/// What is written, as strokes. `key`: the one that steps strike. Throws NotationError.
Pattern patternOf(const Written& written, float key);

/// "1/16", "1/8t" (three in the time of two), "1/4d" (half as long again). Nothing when it is none.
std::optional<Tick> stepCalled(std::string_view text);
std::string nameOf(Tick step);

/// The way back: strokes as notes, to the tick where each is as hard as MIDI can say, on the longest step that all of
/// it fits on.
Written writtenFrom(const Pattern& pattern);
/// A drum's strokes as steps, about as hard; as notes where they fall on no step.
Written drumWrittenFrom(const Pattern& pattern);

/// The pieces that may be exchanged for one another: each step, or each note, chord and rest with what belongs to it.
std::vector<std::string> piecesOf(const Written& written);

/// "Eb2", by MIDI's number.
std::string keyName(int key);

}  // namespace antiphon::synth
