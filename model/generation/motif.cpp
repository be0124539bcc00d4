#include "model/generation/motif.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace antiphon {
namespace {

constexpr int kQuarterPulses = kPulsesPerQuarter, kEighth = kPulsesPerQuarter / 2,
              kSixteenthNote = kPulsesPerQuarter / 4;
constexpr int kBarPulses = 4 * kQuarterPulses;

using Rhythm = std::vector<int>;  // how long each note is, in pulses

GridNote noteAt(int at, int pitch, int pulses, int velocity) {
  return {static_cast<std::uint16_t>(at / kBarPulses), static_cast<std::uint8_t>(at % kBarPulses),
          static_cast<std::uint8_t>(pitch), static_cast<std::uint8_t>(lengthCode(pulses)),
          static_cast<std::uint8_t>(velocityCode(velocity))};
}

const Rhythm& any(std::span<const Rhythm> rhythms, Dice& dice) {
  return rhythms[static_cast<std::size_t>(dice.roll(static_cast<int>(rhythms.size())))];
}

/// The tones of a key inside a compass, from low to high.
class Ladder {
 public:
  Ladder(Key key, Compass compass) : key_{key} {
    for (int pitch = compass.low; pitch <= compass.high; ++pitch) {
      if (contains(key.pitchClasses(), pitch)) pitches_.push_back(pitch);
    }
  }
  int size() const { return static_cast<int>(pitches_.size()); }
  int pitch(int step) const { return pitches_[static_cast<std::size_t>(std::clamp(step, 0, size() - 1))]; }
  /// The step nearest to `pitch` that is so many semitones above a tonic, or is as near to it as the scale allows.
  int nearest(int pitch, int semitones = 0) const {
    const auto far = [&](int p) {
      const int off = ((p - key_.tonic - semitones) % 12 + 12) % 12;
      return 24 * std::min(off, 12 - off) + std::abs(p - pitch);
    };
    return static_cast<int>(std::ranges::min_element(pitches_, {}, far) - pitches_.begin());
  }

 private:
  Key key_;
  std::vector<int> pitches_{};
};

std::vector<GridNote> bassMotif(Key key, Dice dice) {
  static const std::array<Rhythm, 8> kBars{{{24, 24, 24, 24},
                                            {36, 12, 24, 24},
                                            {36, 12, 36, 12},
                                            {24, 12, 12, 24, 12, 12},
                                            {12, 12, 12, 12, 12, 12, 12, 12},
                                            {18, 18, 12, 18, 18, 12},
                                            {24, 12, 36, 12, 12},
                                            {36, 12, 12, 24, 12}}};
  const Ladder ladder{key, compassOf(Part::bass)};
  const Rhythm rhythm = any(kBars, dice);
  const bool clipped = dice.chance(30);
  const int tonic = ladder.nearest(38), fifth = ladder.nearest(ladder.pitch(tonic) + 7, 7),
            octave = ladder.nearest(ladder.pitch(tonic) + 12);
  std::vector<int> steps{tonic};
  while (steps.size() < rhythm.size()) {
    const int which = dice.roll(10);
    steps.push_back(which < 4 ? tonic : which < 6 ? fifth : which < 7 ? octave : steps.back() + dice.between(-1, 1));
  }
  // The second bar stays, or stands on another tone of the scale; its last note leads on to the next round.
  const int away = dice.chance(60) ? std::array{-2, -1, 2, 3}[static_cast<std::size_t>(dice.roll(4))] : 0;
  std::vector<GridNote> notes;
  for (int bar = 0; bar < kMotifBars; ++bar) {
    int at = bar * kBarPulses;
    for (std::size_t i = 0; i < rhythm.size(); ++i) {
      const bool leading = bar == 1 && i + 1 == rhythm.size();
      const int step = leading ? tonic + (dice.chance(50) ? 1 : -1) : steps[i] + bar * away;
      notes.push_back(noteAt(at, ladder.pitch(step), clipped ? rhythm[i] / 2 : rhythm[i] - 2, i == 0 ? 100 : 86));
      at += rhythm[i];
    }
  }
  return notes;
}

std::vector<GridNote> melodyMotif(Key key, Dice dice) {
  static const std::array<Rhythm, 8> kHalves{
      {{24, 24}, {36, 12}, {24, 12, 12}, {12, 12, 24}, {12, 24, 12}, {12, 12, 12, 12}, {48}, {12, 36}}};
  static const std::array<Rhythm, 3> kCloses{{{48}, {24, 24}, {36, 12}}};
  const Ladder ladder{key, compassOf(Part::melody)};
  const int semitonesAStep = key.mode == ScaleMode::chromatic ? 2 : 1;
  const Rhythm first = any(kHalves, dice), second = any(kHalves, dice), close = any(kCloses, dice);
  const int third = key.minor() ? 3 : 4;
  int step = ladder.nearest(67 + dice.roll(8), std::array{0, third, 7}[static_cast<std::size_t>(dice.roll(3))]);
  int direction = dice.chance(50) ? 1 : -1;
  std::vector<GridNote> notes;
  int at = 0;
  for (const Rhythm& half : {first, second, first, close}) {
    for (const int pulses : half) {
      notes.push_back(noteAt(at, ladder.pitch(step), pulses - 1, at % kBarPulses == 0 ? 96 : 82));
      at += pulses;
      if (dice.chance(35)) direction = -direction;
      const int leap = dice.chance(30) ? 2 : 1;
      step += direction * leap * semitonesAStep;
      if (leap > 1) direction = -direction;  // after a leap a melody turns
      if (step < 2 || step > ladder.size() - 3) direction = step < 2 ? 1 : -1;
    }
  }
  return notes;
}

/// A beat's keys, as General MIDI has them.
enum DrumKey : std::uint8_t { kick = 36, rim = 37, snare = 38, closedHat = 42, openHat = 46, ride = 51 };

std::vector<GridNote> drumMotif(Dice dice) {
  const int hatStep =
      std::array{kEighth, kEighth, kSixteenthNote, kQuarterPulses}[static_cast<std::size_t>(dice.roll(4))];
  const DrumKey hat = dice.chance(25) ? ride : closedHat;
  const DrumKey back = dice.chance(15) ? rim : snare;
  const bool halfTime = dice.chance(20), fourToTheFloor = dice.chance(25);
  std::array<bool, 16> kicks{};  // by sixteenths
  for (std::size_t i = 0; i < kicks.size(); ++i) {
    const bool beat = i % 4 == 0, eighth = i % 2 == 0;
    kicks[i] = i == 0 || (fourToTheFloor ? beat : dice.chance(i == 8 ? 55 : beat ? 12 : eighth ? 30 : 10));
  }
  std::vector<GridNote> notes;
  for (int bar = 0; bar < kMotifBars; ++bar) {
    const int begins = bar * kBarPulses;
    for (std::size_t i = 0; i < kicks.size(); ++i) {
      const bool varied = bar == 1 && i > 8 && dice.chance(12);
      if (kicks[i] != varied)
        notes.push_back(noteAt(begins + static_cast<int>(i) * kSixteenthNote, kick, kSixteenthNote, 104));
    }
    for (const int beat : halfTime ? std::vector<int>{2} : std::vector<int>{1, 3})
      notes.push_back(noteAt(begins + beat * kQuarterPulses, back, kSixteenthNote, 104));
    for (int at = 0; at < kBarPulses; at += hatStep) {
      const bool open = bar == 1 && hat == closedHat && at == kBarPulses - kEighth && dice.chance(40);
      notes.push_back(noteAt(begins + at, open ? openHat : hat, kSixteenthNote, at % kQuarterPulses == 0 ? 88 : 68));
    }
  }
  return notes;
}

}  // namespace

Compass compassOf(Part part) {
  switch (part) {
    case Part::bass: return {28, 60};
    case Part::drums: return {35, 81};
    default: return {60, 84};
  }
}

GridPhrase motif(Part part, Key key, Dice dice) {
  GridPhrase phrase{{4, 4}, kMotifBars, {}};
  phrase.notes = part == Part::drums  ? drumMotif(dice)
                 : part == Part::bass ? bassMotif(key, dice)
                                      : melodyMotif(key, dice);
  makeCanonical(phrase.notes);
  return phrase;
}

}  // namespace antiphon
