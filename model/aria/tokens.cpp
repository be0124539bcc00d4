#include "model/aria/tokens.hpp"

#include <algorithm>

namespace antiphon {
namespace {

using Kind = AriaToken::Kind;

/// The nearest of 0, 10, 20 ..., `count` of them. Midway between two, it is the one that a search by halves comes upon
/// first: the checkpoints learned from such tokens.
int nearest(std::int64_t value, int count) {
  const int below = static_cast<int>(std::clamp<std::int64_t>(value / kAriaStep, 0, count - 1));
  const std::int64_t rest = value - below * kAriaStep;
  if (below == count - 1 || 2 * rest < kAriaStep) return below * kAriaStep;
  if (2 * rest > kAriaStep) return (below + 1) * kAriaStep;
  int low = 0, high = count - 1;
  while (true) {
    const int middle = (low + high) / 2;
    if (middle == below || middle == below + 1) return middle * kAriaStep;
    if (middle < below) low = middle + 1;
    else high = middle - 1;
  }
}

/// What sounds is never silent, and never without length.
int audible(std::int64_t value, int count) { return std::max(kAriaStep, nearest(value, count)); }

}  // namespace

std::vector<int> ariaTokens(const AriaPerformance& performance) {
  std::vector<int> ids;
  const auto say = [&](const AriaToken& token) { ids.push_back(ariaId(token)); };
  for (const AriaInstrument instrument : performance.instruments)
    say({.kind = Kind::prefix, .value = static_cast<int>(instrument)});
  say({.kind = Kind::start});
  std::int64_t segment = 0;
  for (const AriaNote& note : performance.notes) {
    for (; (segment + 1) * kAriaSegment <= note.at; ++segment) say({.kind = Kind::segment});
    const AriaToken onset{.kind = Kind::onset, .value = nearest(note.at % kAriaSegment, kAriaSegment / kAriaStep)};
    if (note.instrument == AriaInstrument::drum) {
      const bool known = note.pitch >= kAriaLowestDrum && note.pitch <= kAriaHighestDrum;
      say(known ? AriaToken{Kind::drum, note.instrument, note.pitch, 0} : AriaToken{.kind = Kind::unknown});
      say(onset);
      continue;
    }
    say({Kind::note, note.instrument, note.pitch, audible(note.velocity, kAriaVelocities)});
    say(onset);
    say({.kind = Kind::length, .value = audible(note.length, kAriaSegment / kAriaStep + 1)});
  }
  say({.kind = Kind::end});
  return ids;
}

std::vector<int> ariaTokens(const std::filesystem::path& midi) { return ariaTokens(readAriaPerformance(midi)); }

std::vector<AriaNote> ariaNotes(std::span<const int> ids) {
  std::vector<AriaNote> notes;
  std::int64_t begin = 0;  // of the segment
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const AriaToken token = ariaToken(ids[i]);
    const auto follows = [&](std::size_t ahead, Kind kind) {
      return i + ahead < ids.size() && ariaToken(ids[i + ahead]).kind == kind;
    };
    if (token.kind == Kind::segment) begin += kAriaSegment;
    if ((token.kind != Kind::drum && token.kind != Kind::note) || !follows(1, Kind::onset)) continue;
    const std::int64_t at = begin + ariaToken(ids[i + 1]).value;
    if (token.kind == Kind::drum) {
      notes.push_back({AriaInstrument::drum, token.value, kAriaDrumVelocity, at, kAriaStep});
    } else if (follows(2, Kind::length)) {
      notes.push_back({token.instrument, token.value, token.velocity, at, ariaToken(ids[i + 2]).value});
    }
  }
  return notes;
}

}  // namespace antiphon
