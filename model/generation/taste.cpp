#include "model/generation/taste.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace antiphon {
namespace {

using Bar = std::vector<std::pair<int, int>>;  // where, and what

std::vector<Bar> barsOf(const GridPhrase& phrase) {
  std::vector<Bar> bars(static_cast<std::size_t>(phrase.bars));
  for (const GridNote& note : phrase.notes) bars[note.bar].emplace_back(note.pulse, note.pitch);
  return bars;
}

}  // namespace

double Taste::dislikes(const GridPhrase& made) const {
  return sameness(made) + (part_ == Part::drums ? 0 : line(made));
}

/// Bars that have been heard before, in the call or here. A groove lives on them, yet not on them alone.
double Taste::sameness(const GridPhrase& made) const {
  std::vector<Bar> known = barsOf(call_);
  int again = 0;
  for (Bar& bar : barsOf(made)) {
    again += std::ranges::find(known, bar) != known.end();
    known.push_back(std::move(bar));
  }
  const double share = static_cast<double>(again) / made.bars;
  constexpr double kGroove = 0.6, kMuch = 1.5;
  return part_ == Part::drums ? kMuch * std::max(0.0, share - kGroove) / (1 - kGroove) : kMuch * share;
}

/// A line that stays on one tone, leaps about, or stays in too narrow or runs through too wide a space.
double Taste::line(const GridPhrase& made) const {
  const int patience = part_ == Part::bass ? 8 : 3;                                      // times the same tone
  const int narrow = part_ == Part::bass ? 5 : 7, wide = part_ == Part::bass ? 17 : 16;  // semitones
  int low = 127, high = 0, stuck = 0, leaps = 0, run = 0, before = -1;
  for (const GridNote& note : made.notes) {
    low = std::min<int>(low, note.pitch);
    high = std::max<int>(high, note.pitch);
    run = note.pitch == before ? run + 1 : 1;
    stuck += run > patience;
    leaps += before >= 0 && std::abs(note.pitch - before) > (part_ == Part::bass ? 12 : 9);
    before = note.pitch;
  }
  const auto notes = static_cast<double>(made.notes.size());
  const double off = std::max({0, narrow - (high - low), high - low - wide});
  return 2 * (stuck + leaps) / notes + 0.1 * off;
}

}  // namespace antiphon
