// A bar as a player thinks of it: gestures, each a note or a chord, with pitches as steps of the scale.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "model/echo/grid.hpp"
#include "model/scale.hpp"
#include "model/tokens/phrase.hpp"
#include "scheduler/note.hpp"

namespace antiphon::echo {

struct Tone {
  Tick late{0};  // behind the gesture's onset: a strummed chord stays strummed
  Tick length{1};
  int step = 0;    // on the scale's ladder
  int raised = 0;  // semitones above that step, for a tone outside the scale
  int pitch = 0;   // as it sounds; follows step and raised when the figure is voiced
  std::uint8_t velocity = 80;
  std::uint8_t channel = 0;
};

/// Notes struck together. They move together.
struct Gesture {
  Tick tick{0};               // in the bar
  Tick space{1};              // to the next gesture, in the call
  bool held = false;          // to the end of its space, however short it was
  std::vector<Tone> tones{};  // ascending, never empty

  const Tone& lead() const { return tones.back(); }
  void move(int steps) {
    for (Tone& tone : tones) tone.step += steps;
  }
};

/// The gestures of a bar, in order of onset, all onsets different.
using Figure = std::vector<Gesture>;

int countNotes(const Figure& figure);

/// How far a channel's notes reach in the call.
struct Register {
  int low = 127;
  int high = 0;

  /// Where the answer may go: a fifth beyond the call, and never less than an octave wide.
  int floor() const;
  int ceiling() const;
};

/// What the echo knows of the part of a call that it varies.
struct Material {
  Grid grid{};
  Tonality tonality{};
  std::vector<Figure> bars{};  // those with notes in them, the newest last
  int callBars = 1;
  int notes = 0;
  bool chords = false;  // at least a quarter of the gestures have more than one tone
  int widestLeap = 0;   // of the lead, in semitones
  int meanPitch = 60;
  int softest = 127;
  int loudest = 1;
  std::array<Register, 16> registers{};

  const Figure& newest() const { return bars.back(); }
};

/// Notes of a call as they can be worked with: in range, in order, each pitch of a moment once.
std::vector<Note> tidied(std::span<const Note> notes, Tick length);

/// `notes` are tidied, and none are drums.
Material study(std::span<const Note> notes, const Grid& grid, const Tonality& tonality, int callBars);

/// Gives every tone its pitch: in its channel's register, and no two of a gesture alike.
void voice(Figure& figure, const Material& material);

}  // namespace antiphon::echo
