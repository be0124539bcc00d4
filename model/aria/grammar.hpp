// What may come next while an Aria model writes an answer: every token is taken through it, so that whatever the model
// thinks, the answer parses, keeps to its bars and its part, never goes back in time, and ends.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "model/aria/vocabulary.hpp"
#include "model/grammar.hpp"

namespace antiphon {

inline constexpr float kUnsayable = -std::numeric_limits<float>::infinity();  // a logit of what may not be said

/// Where an answer lies in a sequence's own milliseconds: all of them whole steps.
struct AriaFrame {
  std::int64_t begin = 0, end = 0;  // the first onset there may be, and the first there may not
  std::int64_t bar = 0;             // how long a bar is
  std::int64_t segments = 0;        // <T> said before the answer
};

struct AriaLimits {
  Part part = Part::piano;               // drums speak of drums, everyone else of the piano
  std::optional<PitchRange> range{};     // the part's own when not given
  std::optional<std::uint16_t> scale{};  // pitch classes, bit 0 is C; not heeded by drums
  std::int64_t firstBy = 0;              // the latest that the first onset may be; `begin`: exactly then
  int notesInBar = 64;
  int notesAtOnce = 16;     // beginning within kAriaTogether of the first of them
  int pedalsInBar = 0;      // how often the sustain pedal may move; 0 where a checkpoint has no tokens for it
  double breath = 0;        // ms that every note and pedal so far has cost: the next begins no sooner
  bool closesEarly = true;  // <E> may be said once the last bar has begun
};

/// Notes that begin so close to each other are struck together; a pitch is not struck twice in that time, and the pedal
/// not moved twice.
inline constexpr std::int64_t kAriaTogether = 40;  // ms

/// The place in the answer that has been reached, and which tokens may be said there.
class AriaGrammar {
 public:
  /// Throws std::invalid_argument when the frame holds no onset, begins behind its own segments, is not in whole steps,
  /// or when a limit makes no sense.
  AriaGrammar(const AriaFrame& frame, const AriaLimits& limits);

  bool allows(int id) const;
  /// Outside of these, nothing may be said here but pedal(): a small part of the vocabulary.
  struct Ids {
    int first = 0, end = 0;
  };
  Ids among() const;
  /// What may be said here of the sustain pedal: down and up by turns, once the first note is there, and never beside
  /// drums. Like a note, it is told its onset next; that is all there is of it.
  std::optional<int> pedal() const;
  /// Sets to minus infinity what may not be said, and makes the rest finite: no number at all becomes the lowest. At
  /// least one token always stays, until all is over. `logits` are those of the tokens from `first` on.
  void allow(std::span<float> logits, int first = 0) const;
  /// The one token that may be said, when it is clear without asking: a <T> that leads to the next onset, or the onset
  /// that the answer begins with.
  std::optional<int> forced() const;
  /// Goes on by a token that is allowed; anything else throws std::logic_error.
  void choose(int id);

  /// Nothing more may come.
  bool over() const;
  /// What comes next: a note or drum (or a pedal, <T>, <E>), its onset, its length.
  AriaToken::Kind awaits() const { return awaits_; }
  /// Nothing begins before this any more.
  std::int64_t earliest() const;
  /// Of the note, drum or pedal that is written now, or was written last.
  std::int64_t onset() const { return last_; }
  const AriaToken& note() const { return note_; }
  int notes() const { return notes_; }
  const std::bitset<128>& permitted() const { return permitted_; }

 private:
  std::int64_t segmentEnd() const { return (segment_ + 1) * kAriaSegment; }
  std::int64_t barOf(std::int64_t at) const { return (at - frame_.begin) / frame_.bar; }
  bool first() const { return notes_ == 0; }
  /// Behind the last onset that may be said in this segment.
  std::int64_t onsetsEnd() const;
  std::int64_t nextBar() const;
  std::int64_t earliestOf(int pitch) const;
  std::int64_t earliestPedal() const;
  bool allowsPitch(int pitch) const;
  void strike(std::int64_t at);
  void movePedal(std::int64_t at);
  void goTo(std::int64_t at);

  AriaFrame frame_;
  AriaLimits limits_;
  std::bitset<128> permitted_{};

  AriaToken::Kind awaits_ = AriaToken::Kind::note;
  AriaToken note_{};
  std::int64_t segment_ = 0;
  std::int64_t last_ = 0;                  // the last onset
  std::int64_t next_ = 0;                  // the earliest onset of what awaits one
  std::int64_t together_ = 0;              // onset of the first of those struck together
  std::array<std::int64_t, 128> again_{};  // when each pitch may be struck again
  int atOnce_ = 0;
  int inBar_ = 0;
  int notes_ = 0;
  bool pedalDown_ = false;
  std::int64_t pedalAgain_ = 0;  // when it may move again
  int pedalsInBar_ = 0;
  int pedals_ = 0;
  bool ended_ = false;
};

/// A note that was still held: only lengths of at least `least` ms may be said, or the longest there is.
void allowLengths(std::span<float> logits, std::int64_t least);

}  // namespace antiphon
