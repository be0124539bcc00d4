#include "model/training/windows.hpp"

#include <algorithm>
#include <cmath>

namespace antiphon {
namespace {

constexpr double kCrossPart = 0.15;  // answers by another voice
constexpr double kTransposed = 0.85;
constexpr double kLouder = 0.5;
constexpr double kHeldOtherwise = 0.5;  // of what hands have played
constexpr double kMostHeld = 0.15;      // that much longer or shorter
constexpr double kDensityTold = 0.6;
constexpr double kUnknownShare = 0.05;  // of a source that is judged and was not learnt from

/// How many bars the player plays, and how many come back.
int callBars(Dice& dice) {
  const double x = dice.unit();
  return x < 0.15 ? 1 : x < 0.4 ? 2 : x < 0.5 ? 3 : 4;
}
int answerBars(Dice& dice) {
  const double x = dice.unit();
  return x < 0.12   ? 1
         : x < 0.38 ? 2
         : x < 0.45 ? 3
         : x < 0.68 ? 4
         : x < 0.88 ? 8
                    : 1 + static_cast<int>(dice.below(16));
}

GridPhrase phraseOf(std::span<const GridNote> notes, Meter meter, int from, int bars) {
  GridPhrase phrase{meter, bars, {}};
  auto note = std::ranges::lower_bound(notes, from, {}, [](const GridNote& n) { return int{n.bar}; });
  for (; note != notes.end() && note->bar < from + bars; ++note) {
    phrase.notes.push_back(*note);
    phrase.notes.back().bar = static_cast<std::uint16_t>(note->bar - from);
  }
  return phrase;
}

void transpose(GridPhrase& phrase, int by) {
  for (GridNote& note : phrase.notes) note.pitch = static_cast<std::uint8_t>(note.pitch + by);
}

bool canTranspose(const GridPhrase& phrase, int by) {
  return std::ranges::all_of(phrase.notes, [&](const GridNote& n) { return n.pitch + by >= 0 && n.pitch + by <= 127; });
}

void louder(GridPhrase& phrase, int by) {
  for (GridNote& note : phrase.notes)
    note.velocity = static_cast<std::uint8_t>(std::clamp(note.velocity + by, 1, kVelocityCodes - 1));
}

/// Every note by that much longer or shorter, up to the next of the same pitch.
void hold(GridPhrase& phrase, double ratio) {
  const int bar = pulsesPerBar(phrase.meter);
  for (auto note = phrase.notes.begin(); note != phrase.notes.end(); ++note) {
    const auto again =
        std::find_if(note + 1, phrase.notes.end(), [&](const GridNote& n) { return n.pitch == note->pitch; });
    const int pulses = lengthPulses(note->length);
    int held = std::max(1, static_cast<int>(std::lround(pulses * ratio)));
    if (again != phrase.notes.end() && held > pulses)
      held = std::min(held, std::max(pulses, (again->bar - note->bar) * bar + again->pulse - note->pulse));
    note->length = static_cast<std::uint8_t>(lengthCode(held));
  }
}

}  // namespace

const std::vector<SourceFacts>& knownSources() {
  static const std::vector<SourceFacts> sources{
      {"pop909", "music-x-lab/POP909-Dataset", "MIT", 0.22, 0.13, true},
      {"groove", "Groove MIDI (Magenta)", "CC-BY-4.0", 0.08, 0.03, true},
      {"nottingham", "jukedeck/nottingham-dataset", "GPL-3.0", 0.07},
      {"abc-books", "O'Neill, Ryan and Aird, via the music21 corpus", "public-domain tunes", 0.09},
      {"drum-patterns", "stephenhandley/DrumMachinePatterns", "MIT", 0.01},
      {"openscore-lieder", "OpenScore", "CC0-1.0", 0.14},
      {"openscore-quartets", "OpenScore", "CC0-1.0", 0.08},
      {"polish-keyboard", "pl-wnifc humdrum scores", "CC-BY-4.0", 0.10},
      {"polish-chopin-editions", "pl-wnifc humdrum scores", "CC-BY-4.0", 0.07},
      {"polish-ensemble", "pl-wnifc humdrum scores", "CC-BY-4.0", 0.06},
      {"polish-solo-with-keyboard", "pl-wnifc humdrum scores", "CC-BY-4.0", 0.03},
      {"freedoom", "freedoom/freedoom", "BSD-3-Clause", 0.035},
      {"openmsx", "OpenTTD/OpenMSX", "GPL-2.0", 0.01},
      {"blasphemer", "Catoptromancy/blasphemer", "BSD-3-Clause", 0.005}};
  return sources;
}

WindowCutter::WindowCutter(const TokenSet& set, Split split) : set_{set}, split_{split} {
  for (std::size_t s = 0; s < set.sources().size(); ++s) {
    const auto known = std::ranges::find(knownSources(), set.sources()[s], &SourceFacts::name);
    if (known == knownSources().end() && split == Split::train) continue;  // what may be learnt from is written above
    Source source;
    source.index = static_cast<std::uint16_t>(s);
    source.byHand = known != knownSources().end() && known->byHand;
    for (std::size_t p = 0; p < set.pieces().size(); ++p) {
      const PieceRecord& piece = set.pieces()[p];
      if (piece.source != s || (piece.valid != 0) != (split == Split::valid)) continue;
      const auto streams = set.streams(piece);
      for (std::size_t i = 0; i < streams.size(); ++i) {
        source.pieces.push_back(static_cast<std::uint32_t>(p));
        source.streams.push_back(static_cast<std::uint32_t>(i));
        source.notesBefore.push_back(source.notes);
        source.notes += streams[i].notes;
      }
    }
    if (source.notes == 0) continue;
    const double share = known == knownSources().end() ? kUnknownShare
                         : split == Split::train       ? known->learnt
                                                       : known->share;
    source.upTo = (sources_.empty() ? 0 : sources_.back().upTo) + share;
    sources_.push_back(std::move(source));
  }
  if (sources_.empty())
    throw TokenSetError{split == Split::valid ? "the corpus has no valid split"
                                              : "the corpus has nothing to learn from"};
}

CutWindow WindowCutter::cut(Dice& dice) const {
  for (int tries = 0; tries < 10000; ++tries) {
    const double x = dice.unit() * sources_.back().upTo;
    const auto source = std::ranges::find_if(sources_, [&](const Source& s) { return x < s.upTo; });
    if (auto window = tryCut(source == sources_.end() ? sources_.back() : *source, dice)) return *std::move(window);
  }
  throw TokenSetError{"the corpus has no call with an answer"};
}

std::optional<CutWindow> WindowCutter::tryCut(const Source& source, Dice& dice) const {
  const std::uint64_t pick = dice.below(source.notes);
  const auto stream =
      static_cast<std::size_t>(std::ranges::upper_bound(source.notesBefore, pick) - source.notesBefore.begin()) - 1;
  const PieceRecord& piece = set_.pieces()[source.pieces[stream]];
  const auto bars = set_.bars(piece);
  const auto streams = set_.streams(piece);
  const StreamRecord& caller = streams[source.streams[stream]];
  const auto notes = set_.notes(caller);

  const int first = notes[pick - source.notesBefore[stream]].bar;
  const int calls = callBars(dice);
  int answers = answerBars(dice);
  const bool cross = dice.unit() < kCrossPart && streams.size() > 1;
  const std::size_t other = cross ? dice.below(streams.size()) : source.streams[stream];
  const auto same = [&](int bar) {
    return bar < static_cast<int>(bars.size()) &&
           bars[static_cast<std::size_t>(bar)].beats == bars[static_cast<std::size_t>(first)].beats &&
           bars[static_cast<std::size_t>(bar)].unit == bars[static_cast<std::size_t>(first)].unit;
  };
  int room = 0;
  while (room < calls + answers && same(first + room)) ++room;
  if (room <= calls) return std::nullopt;
  answers = room - calls;

  const Meter meter{bars[static_cast<std::size_t>(first)].beats, bars[static_cast<std::size_t>(first)].unit};
  CutWindow cut;
  cut.source = source.index;
  cut.texts = set_.texts(piece);
  native::Window& w = cut.window;
  w.callPart = static_cast<Part>(caller.part);
  w.answerPart = static_cast<Part>(streams[other].part);
  w.call = phraseOf(notes, meter, first, calls);
  w.answer = phraseOf(set_.notes(streams[other]), meter, first + calls, answers);
  while (w.answer.bars > 1 && w.call.notes.size() + w.answer.notes.size() > kMostWindowNotes) {
    --w.answer.bars;
    std::erase_if(w.answer.notes, [&](const GridNote& n) { return n.bar >= w.answer.bars; });
  }
  if (w.answer.notes.empty() || w.call.notes.size() + w.answer.notes.size() > kMostWindowNotes) return std::nullopt;

  if (split_ == Split::valid) return cut;
  if (dice.unit() < kTransposed) {
    const int by = static_cast<int>(dice.below(11)) - 5;
    const bool call = w.callPart != Part::drums, answer = w.answerPart != Part::drums;
    if ((!call || canTranspose(w.call, by)) && (!answer || canTranspose(w.answer, by))) {
      if (call) transpose(w.call, by);
      if (answer) transpose(w.answer, by);
    }
  }
  if (dice.unit() < kLouder) {
    const int by = static_cast<int>(dice.below(5)) - 2;
    louder(w.call, by);
    louder(w.answer, by);
  }
  if (source.byHand && dice.unit() < kHeldOtherwise) {
    const double ratio = 1 + kMostHeld * (2 * dice.unit() - 1);
    if (w.callPart != Part::drums) hold(w.call, ratio);
    if (w.answerPart != Part::drums) hold(w.answer, ratio);
  }
  if (dice.unit() < kDensityTold) w.density = densityLevel(w.answer.notes.size(), meter, w.answer.bars);
  return cut;
}

}  // namespace antiphon
