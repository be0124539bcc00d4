// A voice read symbol by symbol, and what the continuator remembers when it guesses the next one.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/tokens/vocabulary.hpp"

namespace antiphon::markov {

// The symbols of a note, in order: where it stands, pitch, length, velocity; a bar line is a place as well. So the
// kinds are the heads of the native model, their alphabets too, and bits can be compared kind by kind.
using Kind = native::Head;
inline constexpr int kKinds = native::kHeads;
constexpr int choices(Kind kind) { return native::kHeadChoices[kind]; }
using Symbol = std::uint8_t;  // every alphabet fits

inline constexpr int kMostOrder = 14;
/// What came before, the most telling symbol first. Forgetting it from the end makes ever shorter contexts.
using Context = std::array<Symbol, kMostOrder>;

/// In which order the past matters: for what all music does, for recognising what this piece has done before, or
/// strictly backward, symbol by symbol, as counting is usually done: a yardstick to compare with.
enum class Regard : std::uint8_t { counts, recall, backward };

/// Reads a voice. Each kind of symbol has its own order in which the past matters: what tells most about the next place
/// is this place, and about the next pitch the last one; a strictly backward order would spend three symbols on others.
class Line {
 public:
  Line(Meter meter, bool drums);

  /// The kind of the symbol that comes next.
  Kind kind() const { return kind_; }
  Context context(Regard regard = Regard::counts) const;
  void say(int symbol);
  /// The pulse that is being written; -1 at a bar line.
  int pulse() const { return pulse_; }

 private:
  struct Past {
    Symbol pulse, pitch, length, velocity, stacked;
  };

  using Bar = std::vector<Past>;
  /// What was said in this place so many bars ago.
  Symbol barsAgo(std::size_t bars) const;
  Symbol stackedNow() const { return pulse_ < 0 ? Symbol{0} : past_[0].stacked; }

  Kind kind_ = native::nextHead;
  int pulse_ = -1;
  Symbol measure_;              // pulses of the bar
  std::array<Past, 5> past_{};  // [0] is the note being written, and after its velocity the newest one
  std::array<Bar, 3> bars_{};   // [0] is the bar being written
};

/// Says a phrase to `say(kind, symbol)`, from after its first bar line up to the bar line that closes it.
template <typename Say>
void recite(const GridPhrase& phrase, bool drums, Say say) {
  auto note = phrase.notes.begin();
  for (int bar = 0; bar < phrase.bars; ++bar) {
    int pulse = -1;
    for (; note != phrase.notes.end() && note->bar == bar; ++note) {
      say(native::nextHead, note->pulse == pulse ? native::kNextSame : int{note->pulse});
      say(native::pitchHead, note->pitch + (drums ? 128 : 0));
      say(native::lengthHead, int{note->length});
      say(native::velocityHead, int{note->velocity});
      pulse = note->pulse;
    }
    say(native::nextHead, native::kNextBar);
  }
}

}  // namespace antiphon::markov
