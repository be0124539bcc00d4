// The key of a piece: how much of each note it holds, low down and at all; which chords it dwells on, comes from, goes
// to, begins and ends with.
//
// Notes are the tops of long spectra. libqm-dsp's key detector hears notes alone, and by its constant-Q transform at a
// tenth of the speed; `antiphon bench ears` puts the two side by side.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "synth/ears/fourier.hpp"

namespace antiphon::synth {

/// How much there is of C, C#, D ...
using Chroma = std::array<float, 12>;

struct Key {
  int note = 0;  // 0: C
  bool minor = false;
  double sureness = 0;  // 0 .. 1; 0: nothing was heard that has a pitch
};

/// C, C#, D ...
std::string noteName(int note);

class Tonality {
 public:
  static constexpr std::size_t kFrame = 16384, kHop = 8192;  // long, since a bass's semitones are 3 Hz apart
  static constexpr std::size_t kTraits = 11, kKeys = 24;     // the major ones first

  explicit Tonality(double rate);

  /// The sound goes on.
  void hear(std::span<const float> sound);
  /// The sound is over.
  void end();

  Key key() const;
  /// How far the music is tuned from A = 440 Hz, in semitones, -0.5 .. 0.5.
  double tuning() const;
  /// The notes of the last frame.
  const Chroma& notes() const { return notes_; }

  /// What speaks for each key.
  using Traits = std::array<float, kTraits>;
  std::array<Traits, kKeys> traits() const;

 private:
  static constexpr std::size_t kParts = 10;  // of a semitone
  using Histogram = std::array<double, 12 * kParts>;
  using Chords = std::array<double, kKeys>;
  static Chroma folded(const Histogram& histogram, double tuning);

  void listen(const float* samples);
  void hearChord(const Chroma& deep);

  double apart_;
  Fourier fourier_{kFrame};
  std::vector<float> window_, waiting_{}, levels_;
  double tuningX_ = 0, tuningY_ = 0;
  Histogram all_{}, deep_{};
  Chroma notes_{}, lately_{}, deepLately_{};
  std::size_t chords_ = 0, chord_ = kKeys;  // so many; the last one
  Chords dwelt_{}, first_{}, last_{};
  std::array<Chords, kKeys> moves_{};
};

}  // namespace antiphon::synth
