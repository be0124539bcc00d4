#include "model/markov/line.hpp"

#include <algorithm>

namespace antiphon::markov {
namespace {

constexpr Symbol kAtBarLine = 192;  // as a pulse
constexpr Symbol kNone = 255;       // before the first note

enum class Trait : std::uint8_t { place, measure, stacked, pulse, pitch, length, velocity, before };
using enum Trait;
struct Memory {
  Trait trait;
  std::uint8_t ago;  // notes, or bars for what was said before in the same place
};
using View = std::array<Memory, kMostOrder>;

// clang-format off
// Found by trying, on music that was not counted: what is dropped first tells least.
constexpr std::array<View, kKinds> kViews{{
    {{{pitch, 1}, {stacked, 0}, {pitch, 2}, {pitch, 3}, {pitch, 4}, {place, 0}, {pulse, 1},
      {velocity, 2}, {before, 1}, {stacked, 1}, {pulse, 3}, {before, 2}, {pulse, 4}, {pulse, 2}}},
    {{{before, 1}, {length, 1}, {before, 2}, {stacked, 0}, {length, 3}, {length, 2}, {place, 0},
      {pitch, 2}, {pitch, 0}, {pitch, 4}, {pulse, 1}, {pitch, 1}, {pulse, 2}, {velocity, 1}}},
    {{{before, 2}, {before, 1}, {stacked, 3}, {velocity, 1}, {velocity, 3}, {velocity, 2}, {velocity, 4},
      {pitch, 0}, {pulse, 3}, {length, 1}, {length, 0}, {stacked, 0}, {pulse, 4}, {length, 4}}},
    {{{place, 0}, {before, 2}, {pulse, 0}, {length, 0}, {stacked, 3}, {before, 1}, {measure, 0},
      {length, 4}, {pulse, 2}, {pulse, 1}, {length, 1}, {stacked, 1}, {pulse, 4}, {stacked, 0}}},
}};

// A repeat shows in the notes just played.
constexpr std::array<View, kKinds> kTrails{{
    {{{pitch, 1}, {stacked, 0}, {pitch, 2}, {place, 0}, {pitch, 3}, {length, 1}, {pitch, 4},
      {pulse, 1}, {pulse, 2}, {length, 2}, {stacked, 1}, {velocity, 1}, {pulse, 3}, {length, 3}}},
    {{{length, 1}, {stacked, 0}, {place, 0}, {pitch, 0}, {pulse, 1}, {length, 2}, {pitch, 1},
      {length, 3}, {pulse, 2}, {pitch, 2}, {velocity, 1}, {measure, 0}, {pitch, 3}, {pulse, 3}}},
    {{{velocity, 1}, {stacked, 0}, {velocity, 2}, {place, 0}, {pitch, 0}, {length, 0}, {velocity, 3},
      {pitch, 1}, {pulse, 1}, {length, 1}, {velocity, 4}, {pitch, 2}, {pulse, 2}, {length, 2}}},
    {{{place, 0}, {measure, 0}, {length, 0}, {pulse, 1}, {stacked, 0}, {pitch, 0}, {length, 1},
      {pulse, 2}, {pitch, 1}, {length, 2}, {pulse, 3}, {velocity, 0}, {pitch, 2}, {length, 3}}},
}};

// The newest symbol first, four to a note.
constexpr std::array<View, kKinds> kBackward{{
    {{{place, 0}, {velocity, 1}, {length, 1}, {pitch, 1}, {pulse, 1}, {velocity, 2}, {length, 2},
      {pitch, 2}, {pulse, 2}, {velocity, 3}, {length, 3}, {pitch, 3}, {pulse, 3}, {velocity, 4}}},
    {{{pitch, 0}, {place, 0}, {velocity, 1}, {length, 1}, {pitch, 1}, {pulse, 1}, {velocity, 2},
      {length, 2}, {pitch, 2}, {pulse, 2}, {velocity, 3}, {length, 3}, {pitch, 3}, {pulse, 3}}},
    {{{length, 0}, {pitch, 0}, {place, 0}, {velocity, 1}, {length, 1}, {pitch, 1}, {pulse, 1},
      {velocity, 2}, {length, 2}, {pitch, 2}, {pulse, 2}, {velocity, 3}, {length, 3}, {pitch, 3}}},
    {{{place, 0}, {velocity, 0}, {length, 0}, {pitch, 0}, {pulse, 1}, {velocity, 1}, {length, 1},
      {pitch, 1}, {pulse, 2}, {velocity, 2}, {length, 2}, {pitch, 2}, {pulse, 3}, {velocity, 3}}},
}};
// clang-format on

}  // namespace

Line::Line(Meter meter, bool drums) : measure_{static_cast<Symbol>(pulsesPerBar(meter) - 1)} {
  past_.fill({kNone, static_cast<Symbol>(drums ? 128 : 0), kNone, kNone, 0});
}

void Line::say(int symbol) {
  const Symbol said = static_cast<Symbol>(symbol);
  switch (kind_) {
    case native::nextHead: {
      if (symbol == native::kNextBar) {
        pulse_ = -1;
        bars_[2].swap(bars_[1]);
        bars_[1].swap(bars_[0]);
        bars_[0].clear();
        return;
      }
      const bool same = symbol == native::kNextSame;
      if (!same) pulse_ = symbol;
      std::move_backward(past_.begin(), past_.end() - 1, past_.end());
      past_[0] = {static_cast<Symbol>(pulse_), past_[1].pitch, kNone, kNone,
                  static_cast<Symbol>(same ? std::min(past_[1].stacked + 1, 200) : 0)};
      kind_ = native::pitchHead;
      return;
    }
    case native::pitchHead:
      past_[0].pitch = said;
      kind_ = native::lengthHead;
      return;
    case native::lengthHead:
      past_[0].length = said;
      kind_ = native::velocityHead;
      return;
    default:
      past_[0].velocity = said;
      bars_[0].push_back(past_[0]);
      kind_ = native::nextHead;
  }
}

Symbol Line::barsAgo(std::size_t bars) const {
  // Of this note in that bar; of the note after it, when the next place is asked for.
  const Bar& bar = bars_[bars];
  const bool next = kind_ == native::nextHead;
  const int stacked = stackedNow() + (next ? 1 : 0);
  const auto found = std::ranges::find_if(
      bar, [&](const Past& past) { return past.pulse > pulse_ || (past.pulse == pulse_ && past.stacked >= stacked); });
  if (next) {
    if (found == bar.end()) return kAtBarLine;
    return found->pulse == pulse_ ? static_cast<Symbol>(native::kNextSame) : found->pulse;
  }
  if (found == bar.end() || found->pulse != pulse_ || found->stacked != stacked) return kNone;
  return kind_ == native::pitchHead ? found->pitch : kind_ == native::lengthHead ? found->length : found->velocity;
}

Context Line::context(Regard regard) const {
  const View& view = (regard == Regard::counts ? kViews : regard == Regard::recall ? kTrails : kBackward)[kind_];
  Context context{};
  for (std::size_t i = 0; i < context.size(); ++i) {
    const Memory memory = view[i];
    const Past& past = past_[std::min<std::size_t>(memory.ago, past_.size() - 1)];
    switch (memory.trait) {
      case Trait::place: context[i] = pulse_ < 0 ? kAtBarLine : static_cast<Symbol>(pulse_); break;
      case Trait::measure: context[i] = measure_; break;
      case Trait::stacked: context[i] = past.stacked; break;
      case Trait::pulse: context[i] = past.pulse; break;
      case Trait::pitch: context[i] = past.pitch; break;
      case Trait::length: context[i] = past.length; break;
      case Trait::before: context[i] = barsAgo(memory.ago); break;
      case Trait::velocity: context[i] = past.velocity; break;
    }
  }
  return context;
}

}  // namespace antiphon::markov
