// The tokens of the public Aria checkpoints. They are regular enough to be counted out; nothing is looked up in a file.
//
//       0  marks: <S> start, <E> end, <P> padding, <U> unknown, <D> the end is near, <T> the next five seconds
//       6  prefixes, which stand before <S>: instruments, composers, forms, genres
//      39  notes: 10 instruments x 128 pitches x velocities 0, 10 .. 120
//   16679  drums: keys 35 .. 81
//   16726  lengths: 0, 10 .. 5000 ms
//   17227  onsets within the five seconds: 0, 10 .. 4990 ms
//   17727  <PED_ON> and <PED_OFF>, the sustain pedal, in the checkpoint for playing live alone
#pragma once

#include <cstdint>
#include <string>

namespace antiphon {

/// Families of General MIDI, in the order of the tokens.
enum class AriaInstrument : std::uint8_t {
  piano,
  organ,
  guitar,
  bass,
  strings,
  ensemble,
  brass,
  reed,
  pipe,
  synthLead,
  drum
};

struct AriaToken {
  enum class Kind : std::uint8_t {
    start,
    end,
    padding,
    unknown,
    ending,
    segment,
    prefix,
    note,
    drum,
    length,
    onset,
    pedalDown,
    pedalUp
  };
  Kind kind = Kind::unknown;
  AriaInstrument instrument = AriaInstrument::piano;  // of a note
  int value = 0;     // pitch of a note, key of a drum, milliseconds of a length or an onset, which of the prefixes
  int velocity = 0;  // of a note

  friend bool operator==(const AriaToken&, const AriaToken&) = default;
};

inline constexpr int kAriaTokens = 17727;
inline constexpr int kAriaLiveTokens = 17729;  // with the pedal
inline constexpr int kAriaStep = 10;           // ms, and of velocity
inline constexpr int kAriaSegment = 5000;      // ms, also the longest length
inline constexpr int kAriaVelocities = 13;
inline constexpr int kAriaLowestDrum = 35, kAriaHighestDrum = 81;

/// Throws std::out_of_range when there is no such token.
AriaToken ariaToken(int id);
int ariaId(const AriaToken& token);

/// As in "<S>", "prefix instrument piano", "piano 60 80", "drum 36", "dur 250", "onset 1990".
std::string ariaText(int id);

}  // namespace antiphon
