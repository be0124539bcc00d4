#include "model/echo.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "model/scale.hpp"
#include "tests/model/echo_calls.hpp"

using namespace antiphon;
using namespace antiphon::test;

TEST_CASE("the answer is the same on every machine") {
  // Written down once: it changes when the echo's rules change, and at no other time.
  std::uint64_t print = 14695981039346656037u;
  const auto add = [&](std::int64_t value) { print = (print ^ static_cast<std::uint64_t>(value)) * 1099511628211u; };
  for (const NamedCall& call : allCalls()) {
    for (const Note& note : answer(callOf(call.phrase, 16, 2024)).notes) {
      for (const std::int64_t value :
           {note.tick.count, note.length.count, std::int64_t{note.pitch}, std::int64_t{note.velocity}})
        add(value);
    }
  }
  CHECK(print == 8078818544190479080u);
}

TEST_CASE("another seed or another turn answers otherwise") {
  for (const NamedCall& call : allCalls()) {
    INFO(call.name);
    std::set<std::string> different;
    const auto tell = [](const std::vector<Note>& notes) {
      std::string told;
      for (const Note& note : notes) {
        told += std::to_string(note.tick.count) + ' ' + std::to_string(note.length.count) + ' ' +
                std::to_string(note.pitch) + ' ' + std::to_string(note.velocity) + '\n';
      }
      return told;
    };
    for (std::uint64_t seed = 0; seed < 100; ++seed) different.insert(tell(answer(callOf(call.phrase, 2, seed)).notes));
    for (std::uint32_t turn = 2; turn < 102; ++turn)
      different.insert(tell(answer(callOf(call.phrase, 2, 0, {turn, 0})).notes));
    CHECK(different.size() == 200);
  }
}

TEST_CASE("the call is not parroted") {
  for (const NamedCall& call : allCalls()) {
    INFO(call.name);
    int parroted = 0, bars = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      const Heard heard = answer(callOf(call.phrase, 4, seed));
      for (int bar = 0; bar < 4; ++bar, ++bars) {
        const Line line = barOf(heard.notes, call.phrase.meter, bar);
        for (int called = 0; called < call.phrase.bars; ++called)
          parroted += line == barOf(call.phrase.notes, call.phrase.meter, called);
      }
    }
    CHECK(100 * parroted <= bars);
  }
}

TEST_CASE("not even a single note is parroted") {
  const Phrase held = phrase({4, 4}, 1, {{0, 4, {60}}});
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Heard heard = answer(callOf(held, 1, seed));
    REQUIRE(heard.notes.size() == 1);
    CHECK(heard.notes.front().pitch != 60);
  }
}

TEST_CASE("many bars are a phrase and not a loop") {
  for (const NamedCall& call : allCalls()) {
    INFO(call.name);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Heard heard = answer(callOf(call.phrase, 16, seed));
      std::set<Line> different;
      Line before;
      for (int bar = 0; bar < 16; ++bar) {
        const Line line = barOf(heard.notes, call.phrase.meter, bar);
        CHECK(line != before);
        different.insert(line);
        before = line;
      }
      CHECK(different.size() >= 10);
    }
  }
}

TEST_CASE("a melody comes home: its last note is tonic or fifth, and longer than what went before") {
  for (const NamedCall& call : melodies()) {
    for (const int bars : {1, 2, 3, 4, 5, 8, 13}) {
      for (std::uint64_t seed = 0; seed < 30; ++seed) {
        INFO(call.name << ", " << bars << " bars, seed " << seed);
        const Heard heard = answer(callOf(call.phrase, bars, seed));
        const Scale scale = findTonality(call.phrase.notes, call.phrase.meter).scale;
        const Note& last = heard.notes.back();
        const int tone = scale.toneOf(scale.stepOf(last.pitch));
        CHECK(scale.contains(last.pitch));
        CHECK((tone == 0 || tone == scale.fifth()));
        std::vector<Tick> lengths;
        for (const Note& note : call.phrase.notes) lengths.push_back(note.length);
        std::nth_element(lengths.begin(), lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2),
                         lengths.end());
        CHECK(last.length >= lengths[lengths.size() / 2]);
        CHECK(call.phrase.meter.barOf(last.tick) == bars - 1);
      }
    }
  }
}

TEST_CASE("chords stay chords, and the last one is that of the tonic") {
  const Phrase comp = chordComp();
  const Scale scale = findTonality(comp.notes, comp.meter).scale;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    INFO("seed " << seed);
    const Heard heard = answer(callOf(comp, 8, seed));
    std::map<Tick, std::set<int>> chords;
    for (const Note& note : heard.notes) chords[note.tick].insert(note.pitch);
    for (const auto& [tick, pitches] : chords) CHECK(pitches.size() == 4);
    int resting = 0;
    bool tonic = false;
    for (const int pitch : chords.rbegin()->second) {
      resting += scale.stable(scale.stepOf(pitch));
      tonic = tonic || scale.toneOf(scale.stepOf(pitch)) == 0;
    }
    CHECK(tonic);
    CHECK(resting >= 3);  // a seventh chord: its triad
    CHECK(heard.notes.back().length >= Tick{400});
  }
}

TEST_CASE("a strummed chord stays strummed") {
  Phrase strum = phrase({4, 4}, 1, {{0, 1.8, {48, 55, 60, 64}}, {2, 1.8, {53, 57, 60, 65}}});
  for (std::size_t i = 0; i < strum.notes.size(); ++i)
    strum.notes[i].tick += Tick{static_cast<std::int64_t>(5 * (i % 4))};
  const Heard heard = answer(callOf(strum, 4));
  std::map<std::int64_t, int> lateness;
  for (const Note& note : heard.notes) ++lateness[note.tick.count % 480 % 240];
  CHECK(lateness.size() == 4);
  for (const std::int64_t late : {0, 5, 10, 15}) CHECK(lateness[late] > 0);
}

TEST_CASE("a played feel is kept: nothing is quantised") {
  Phrase swung = riff();
  const int feel[] = {0, 31, 4, 28, -3, 30, 2};
  for (std::size_t i = 0; i < swung.notes.size(); ++i) swung.notes[i].tick += Tick{feel[i]};
  const Heard heard = answer(callOf(swung, 4));
  const auto off =
      std::count_if(heard.notes.begin(), heard.notes.end(), [](const Note& note) { return note.tick.count % 60 != 0; });
  CHECK(off > 8);
}

TEST_CASE("drums keep their groove and end with a fill that grows") {
  const Phrase drums = drumBar();
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    INFO("seed " << seed);
    const Heard heard = answer(callOf(drums, 4, seed));
    const auto struck = [&](int bar, double beat, int pitch) {
      const Line line = barOf(heard.notes, drums.meter, bar);
      return std::count(line.begin(), line.end(), std::tuple{static_cast<std::int64_t>(beat * 480), pitch}) == 1;
    };
    for (int bar = 0; bar < 3; ++bar) {
      CHECK(struck(bar, 0, 36));  // one
      CHECK(struck(bar, 1, 38));  // two
      CHECK(struck(bar, 3, 38));  // four
    }
    std::vector<int> fill;
    for (const Note& note : heard.notes) {
      if (note.pitch == 38 && note.tick >= Tick{3 * 1920 + 1440}) fill.push_back(note.velocity);
    }
    REQUIRE(fill.size() >= 2);
    CHECK(fill.back() > fill.front());
  }
}

TEST_CASE("a long answer gets louder before it gets softer") {
  std::vector<double> loudness(16, 0.0);
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    std::vector<int> sum(16, 0), count(16, 0);
    for (const Note& note : answer(callOf(riff(), 16, seed)).notes) {
      const auto bar = static_cast<std::size_t>(Meter{}.barOf(note.tick));
      sum[bar] += note.velocity;
      ++count[bar];
    }
    for (std::size_t bar = 0; bar < 16; ++bar) loudness[bar] += static_cast<double>(sum[bar]) / count[bar] / 40;
  }
  const auto climax = std::max_element(loudness.begin(), loudness.end());
  CHECK(climax - loudness.begin() >= 8);
  CHECK(climax - loudness.begin() <= 13);
  CHECK(*climax > loudness.front() + 4);
  CHECK(*climax > loudness.back() + 4);
}

TEST_CASE("nothing called, nothing answered") {
  const Heard heard = answer(callOf(Phrase{}, 4));
  CHECK(heard.notes.empty());
  CHECK(heard.barLines.empty());
}

TEST_CASE("what is no music is left out of the call") {
  Phrase broken = riff();
  broken.notes.push_back({.tick = Tick{9999}, .length = Tick{10}, .pitch = 20});  // after the end
  broken.notes.push_back({.tick = Tick{100}, .length = Tick{10}, .pitch = 200});  // no pitch
  broken.notes.push_back({.tick = Tick{100}, .length = Tick{10}, .pitch = 21, .velocity = 0});
  broken.notes.push_back({.tick = Tick{480}, .length = Tick{10}, .pitch = 22, .channel = 77});
  CHECK(answer(callOf(broken, 4)).notes == answer(callOf(riff(), 4)).notes);
}

TEST_CASE("a cancelled answer ends at once") {
  EchoAnswerer echo;
  Heard heard;
  heard.patience = 5;
  echo.commit(callOf(riff(), 64), heard);
  CHECK(heard.notes.size() == 5);
  CHECK(heard.barLines.empty());
}

TEST_CASE("bar lines are told as they are reached") {
  struct Order final : AnswerStream {
    Tick reachedSoFar{0};
    bool kept = true;
    void note(const Note& note) override { kept = kept && note.tick >= reachedSoFar; }
    void pedal(const Pedal&) override {}
    void reached(Tick tick) override {
      kept = kept && tick == reachedSoFar + Meter{7, 8}.bar();
      reachedSoFar = tick;
    }
    bool cancelled() const override { return false; }
  } order;
  EchoAnswerer{}.commit(callOf(sevenEight(), 64), order);
  CHECK(order.kept);
  CHECK(order.reachedSoFar == 64 * Meter{7, 8}.bar());
}

TEST_CASE("the fullest call there is gets its answer") {
  Phrase full{.meter = {4, 4}, .bars = 2};
  for (int i = 0; i < 4096; ++i)
    full.notes.push_back(
        {.tick = Tick{i % 3840}, .length = Tick{50}, .pitch = static_cast<std::uint8_t>(i * 37 % 128)});
  std::stable_sort(full.notes.begin(), full.notes.end(), [](const Note& a, const Note& b) { return a.tick < b.tick; });
  const Heard heard = answer(callOf(full, 2));
  CHECK(heard.notes.size() > 4096 * 2 / 3);
  CHECK(heard.notes.size() < 4096 * 3 / 2);
}
