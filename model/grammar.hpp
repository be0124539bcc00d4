// What may come next while an answer is written: every choice of the model is taken through it, so that whatever the
// model thinks, the answer is music on the grid, of the right length, for the right part.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>

#include "model/tokens/step_writer.hpp"

namespace antiphon {

struct PitchRange {
  int low = 0;
  int high = 127;
  friend constexpr bool operator==(PitchRange, PitchRange) = default;
};
/// Where a part is at home; for drums the keys of General MIDI.
PitchRange rangeOf(Part part);

/// What a part may play: its range, or this one, and of that the tones of the scale, which drums do not heed. Throws
/// std::invalid_argument when the range is none or the scale has no tone; a range in which the scale has none grows
/// until there is one.
std::bitset<128> permittedPitches(Part part, const std::optional<PitchRange>& range,
                                  const std::optional<std::uint16_t>& scale);

struct Limits {
  std::optional<PitchRange> range{};     // the part's own when not given
  std::optional<std::uint16_t> scale{};  // pitch classes, bit 0 is C; not heeded by drums
  int notesInBar = 64;
  int onsetsInBar = kMostBarPulses;  // different pulses with notes
  int notesAtOnce = 64;              // beginning at the same pulse
  bool fromDownbeat = false;         // the first note stands on the first bar line
  bool straight = false;             // notes begin on sixteenths and triplets of eighths alone
  bool restless = false;             // a note begins in every bar, and no later than a bar after the one before
};

/// The place in the answer that has been reached, and what may be chosen there. It begins behind the first bar line.
class Grammar {
 public:
  /// Throws std::invalid_argument when the metre is not spoken, a limit is below what makes sense, the range is none or
  /// the scale has no tone. A range in which the scale has no tone grows until there is one.
  explicit Grammar(const native::Brief& brief, const Limits& limits = {});

  /// Sets to minus infinity what may not be chosen, and makes the rest finite: no number at all becomes the lowest. At
  /// least one choice always stays, until all is over. `logits` must hold all the head's choices.
  void allow(native::Head head, std::span<float> logits) const;
  bool allows(native::Head head, int choice) const;
  /// Goes on by a choice that is allowed; anything else throws std::logic_error.
  void choose(native::Head head, int choice);

  /// After the last bar's end.
  bool over() const { return bar_ >= bars_; }
  int bar() const { return bar_; }
  int bars() const { return bars_; }
  /// Of the note that is written now, or was written last; -1 at a bar line.
  int pulse() const { return pulse_; }
  int notesInBar() const { return notesInBar_; }
  const std::bitset<128>& permitted() const { return permitted_; }

 private:
  bool allowsPitch(int choice) const;
  bool allowsNext(int choice) const;
  bool tooSilent(int choice) const;

  Part part_;
  Limits limits_;
  std::bitset<128> permitted_{};
  int highest_ = 0;  // of those permitted
  int barPulses_;
  int bars_;

  int bar_ = 0;
  int pulse_ = -1;
  int lastPitch_ = -1;  // at this pulse
  bool noted_ = false;  // a note stands at this pulse
  int notesInBar_ = 0;
  int onsetsInBar_ = 0;
  int notesAtOnce_ = 0;
  int lastOnset_ = 0;  // pulses from the beginning
};

}  // namespace antiphon
