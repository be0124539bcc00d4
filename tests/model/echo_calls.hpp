// Calls that the echo is tried with, and what it answered.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <tuple>
#include <vector>

#include "model/echo.hpp"

namespace antiphon::test {

struct Heard final : AnswerStream {
  std::vector<Note> notes;
  std::vector<Tick> barLines;
  std::size_t patience = 1u << 30;  // notes after which nobody waits any more

  void note(const Note& note) override { notes.push_back(note); }
  void pedal(const Pedal&) override {}
  void reached(Tick tick) override { barLines.push_back(tick); }
  bool cancelled() const override { return notes.size() >= patience; }
};

/// A gesture at a quarter, so many quarters long.
struct Struck {
  double at;
  double length;
  std::initializer_list<int> pitches;
  int velocity = 90;
  int channel = 0;
};

inline Phrase phrase(Meter meter, int bars, std::initializer_list<Struck> all) {
  Phrase made{.meter = meter, .bars = bars};
  for (const Struck& struck : all) {
    for (const int pitch : struck.pitches) {
      made.notes.push_back({.tick = Tick{static_cast<std::int64_t>(struck.at * 480)},
                            .length = Tick{static_cast<std::int64_t>(struck.length * 480)},
                            .pitch = static_cast<std::uint8_t>(pitch),
                            .velocity = static_cast<std::uint8_t>(struck.velocity),
                            .channel = static_cast<std::uint8_t>(struck.channel)});
    }
  }
  return made;
}

inline Phrase riff() {
  return phrase({4, 4}, 1,
                {{0, .5, {60}},
                 {.5, .5, {62}},
                 {1, .5, {64}},
                 {1.5, .5, {67}},
                 {2, 1, {69}, 100},
                 {3, .5, {67}},
                 {3.5, .5, {64}}});
}
inline Phrase bluesLick() {
  return phrase({4, 4}, 1,
                {{0, .5, {69}, 100},
                 {.5, .25, {72}},
                 {.75, .25, {74}},
                 {1, .5, {75}, 104},
                 {1.5, .5, {74}},
                 {2, .25, {72}},
                 {2.25, .75, {69}},
                 {3, .5, {67}, 80},
                 {3.5, .5, {69}, 96}});
}
inline Phrase chordComp() {
  return phrase({4, 4}, 1,
                {{0, .4, {60, 64, 67, 71}, 84},
                 {1.5, .4, {60, 64, 67, 71}},
                 {2.5, .3, {57, 60, 64, 67}, 80},
                 {3, .8, {62, 65, 69, 72}, 88}});
}
inline Phrase sevenEight() {
  return phrase({7, 8}, 1,
                {{0, .4, {64}, 100},
                 {.5, .4, {71}, 78},
                 {1, .4, {67}, 100},
                 {1.5, .4, {71}, 78},
                 {2, .4, {64}, 100},
                 {2.5, .4, {69}, 78},
                 {3, .4, {66}, 78}});
}
inline Phrase drumBar() {
  return phrase({4, 4}, 1,
                {{0, .2, {36, 42}, 105, 9},
                 {.5, .2, {42}, 60, 9},
                 {1, .2, {38, 42}, 100, 9},
                 {1.5, .2, {42}, 60, 9},
                 {2, .2, {42}, 80, 9},
                 {2.5, .2, {36, 42}, 95, 9},
                 {3, .2, {38, 42}, 100, 9},
                 {3.5, .2, {42}, 60, 9}});
}
inline Phrase twoBars() {
  return phrase({4, 4}, 2,
                {{0, .5, {64}},
                 {.5, .5, {65}},
                 {1, .5, {67}},
                 {2, .5, {72}},
                 {3, .5, {71}},
                 {3.5, .5, {67}},
                 {4, .5, {69}},
                 {5, .5, {65}},
                 {5.5, .5, {62}},
                 {6, .5, {64}},
                 {7, .5, {60}}});
}
inline Phrase pickup() {
  return phrase({3, 4}, 1, {{.5, .5, {67}, 70}, {1, .5, {72}, 80}, {1.5, .5, {74}}, {2, 1, {71}}});
}

struct NamedCall {
  std::string name;
  Phrase phrase;
};
inline std::vector<NamedCall> melodies() {
  return {{"riff", riff()},
          {"blues lick", bluesLick()},
          {"seven eight", sevenEight()},
          {"two bars", twoBars()},
          {"pickup", pickup()}};
}
inline std::vector<NamedCall> allCalls() {
  auto calls = melodies();
  calls.push_back({"chord comp", chordComp()});
  calls.push_back({"drum bar", drumBar()});
  return calls;
}

inline Call callOf(const Phrase& phrase, int answerBars, std::uint64_t seed = 1, TurnId id = {1, 0}) {
  return {.plan = {.id = id, .meter = phrase.meter, .callBars = phrase.bars, .answerBars = answerBars, .seed = seed},
          .prompt = phrase};
}

inline Heard answer(const Call& call) {
  EchoAnswerer echo;
  Heard heard;
  echo.commit(call, heard);
  return heard;
}

/// Onsets and pitches of a bar, from its bar line.
using Line = std::vector<std::tuple<std::int64_t, int>>;
inline Line barOf(const std::vector<Note>& notes, Meter meter, int bar) {
  Line line;
  for (const Note& note : notes) {
    if (meter.barOf(note.tick) == bar) line.emplace_back((note.tick - meter.barLine(bar)).count, note.pitch);
  }
  std::sort(line.begin(), line.end());
  return line;
}

}  // namespace antiphon::test
