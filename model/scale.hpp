// Scales, and finding the one that a call is played in.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <string_view>

#include "scheduler/note.hpp"

namespace antiphon {

/// A scale as a ladder: `pitchOf(0)` is its lowest tonic, each step the next tone up, without end in both directions.
class Scale {
 public:
  enum class Kind : std::uint8_t {
    major,
    minor,
    majorPentatonic,
    minorPentatonic,
    harmonicMinor,
    minorBlues,
    majorBlues,
    dorian,
    mixolydian,
    melodicMinor,
    lydian,
    phrygian,
  };
  static constexpr int kKinds = 12;

  constexpr Scale() = default;
  Scale(Kind kind, int root);

  Kind kind() const { return kind_; }
  int root() const { return root_; }
  /// Tones in an octave: 5 to 7.
  int size() const { return size_; }
  bool contains(int pitch) const;
  int pitchOf(int step) const;
  /// The highest step that is not above `pitch`.
  int stepOf(int pitch) const;
  /// Which tone of the scale a step is: 0 is the tonic.
  int toneOf(int step) const;
  /// Which tone is the fifth: every scale here has one.
  int fifth() const { return fifth_; }
  /// Tonic, third and fifth: where a melody may rest.
  bool stable(int step) const;
  std::string_view name() const;

  friend bool operator==(const Scale& a, const Scale& b) { return a.kind_ == b.kind_ && a.root_ == b.root_; }

 private:
  Kind kind_ = Kind::major;
  int root_ = 0;
  int size_ = 7;
  int fifth_ = 4;
  int third_ = 2;
  std::array<int, 7> tones_{0, 2, 4, 5, 7, 9, 11};  // semitones above the root
};

/// A scale, and the tones outside it that the player has used and so allowed.
struct Tonality {
  Scale scale{};
  std::bitset<12> allowed{};

  bool allows(int pitch) const;
  /// The tone `raised` semitones above a step, when that lies below the next step and is allowed; else the step itself.
  int pitch(int step, int raised) const;
};

/// The scale that fits best: every kind on all twelve roots, each note weighted by how long it is and where in the bar
/// it stands; unused scale tones speak against a scale, the first and last bass notes for their own tonic. Drums are
/// not heard. Music in chords is looked for among seven-tone scales only, where chords can be built on every step.
Tonality findTonality(std::span<const Note> notes, Meter meter);

}  // namespace antiphon
