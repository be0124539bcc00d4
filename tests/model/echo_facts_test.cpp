// What holds for every answer, whatever was called.
#include <rapidcheck.h>
#include <bitset>
#include <catch2/catch.hpp>
#include <map>
#include <numeric>
#include <set>

#include "model/echo/figure.hpp"
#include "model/scale.hpp"
#include "tests/model/echo_calls.hpp"

using namespace antiphon;
using namespace antiphon::test;

namespace {

constexpr std::uint8_t kDrums = 9;

/// What the echo works with: each key of a moment once.
std::set<std::tuple<Tick, int, int>> keysStruck(const std::vector<Note>& notes) {
  std::set<std::tuple<Tick, int, int>> keys;
  for (const Note& note : notes) keys.emplace(note.tick, note.channel, note.pitch);
  return keys;
}

std::int64_t gridOf(const std::vector<Note>& notes, Meter meter) {
  std::int64_t grid = meter.bar().count;
  for (const Note& note : notes) grid = std::gcd(grid, note.tick.count);
  return grid;
}

/// A call as it may come from anyone: on any grid, in any metre, chords, drums, doubles and overlaps.
Phrase anyPhrase() {
  const Meter meter = *rc::gen::elementOf(
      std::vector<Meter>{{4, 4}, {3, 4}, {6, 8}, {7, 8}, {5, 4}, {12, 8}, {2, 2}, {5, 8}, {9, 16}, {1, 4}, {11, 8}});
  const int bars = *rc::gen::weightedElement<int>({{4, 1}, {3, 2}, {1, 4}, {1, 16}});
  const int grid = *rc::gen::element(1, 1, 7, 20, 40, 60, 80, 120, 160, 240, 480);
  const bool tonal = *rc::gen::arbitrary<bool>();
  const int low = *rc::gen::inRange(0, 100), reach = *rc::gen::inRange(1, 28);
  const int channels = *rc::gen::element(0, 0, 1, 2, 9, 19);  // 9: drums alone, 19: drums and others
  const int size = *rc::gen::weightedElement<int>({{1, 1}, {2, 3}, {4, 12}, {3, 40}, {1, 200}});
  Phrase phrase{.meter = meter, .bars = bars};
  const std::int64_t places = std::max<std::int64_t>(1, phrase.length().count / grid);
  for (int i = 0; i < size; ++i) {
    Note note;
    note.tick = Tick{grid * *rc::gen::inRange<std::int64_t>(0, places)};
    note.length = Tick{*rc::gen::element(1, 20, 110, 240, 480, 4000)};
    int pitch = low + *rc::gen::inRange(0, reach);
    if (tonal) pitch = Scale{Scale::Kind::major, 7}.pitchOf(Scale{Scale::Kind::major, 7}.stepOf(pitch));
    note.pitch = static_cast<std::uint8_t>(std::clamp(pitch, 0, 127));
    note.velocity = static_cast<std::uint8_t>(*rc::gen::inRange(1, 128));
    note.channel = static_cast<std::uint8_t>(channels < 9 ? *rc::gen::inRange(0, channels + 1)
                                             : channels == 9 || *rc::gen::arbitrary<bool>() ? 9
                                                                                            : 3);
    phrase.notes.push_back(note);
  }
  std::stable_sort(phrase.notes.begin(), phrase.notes.end(),
                   [](const Note& a, const Note& b) { return a.tick < b.tick; });
  return phrase;
}

int anyBars() { return *rc::gen::weightedElement<int>({{3, 1}, {3, 2}, {2, 4}, {1, 7}, {1, 16}, {1, 64}}); }

}  // namespace

TEST_CASE("whatever is called, the answer is playable") {
  REQUIRE(rc::check([] {
    const Phrase call = anyPhrase();
    const int bars = anyBars();
    const std::uint64_t seed = *rc::gen::arbitrary<std::uint64_t>();
    const Heard heard = answer(callOf(call, bars, seed));
    const Tick bar = call.meter.bar(), end = bars * bar;

    RC_ASSERT(!heard.notes.empty());
    RC_ASSERT(heard.notes.front().tick == Tick{0});
    RC_ASSERT(heard.barLines.size() == static_cast<std::size_t>(bars));

    std::bitset<12> called;
    std::set<int> drums, channels;
    std::vector<Note> tones;
    for (const Note& note : echo::tidied(call.notes, call.length())) {
      channels.insert(note.channel);
      if (note.channel == kDrums) drums.insert(note.pitch);
      else {
        called.set(note.pitch % 12u);
        tones.push_back(note);
      }
    }
    const Scale scale = findTonality(tones, call.meter).scale;
    const std::int64_t grid = gridOf(call.notes, call.meter);

    std::set<std::int64_t> barsPlayed;
    std::map<std::pair<int, int>, Tick> closes;
    Tick before{0};
    for (const Note& note : heard.notes) {
      RC_ASSERT(note.tick >= before);
      RC_ASSERT(note.tick < end);
      RC_ASSERT(note.length >= Tick{1});
      RC_ASSERT(note.end() <= end);
      RC_ASSERT(note.velocity >= 1);
      RC_ASSERT(note.velocity <= 127);
      RC_ASSERT(note.pitch <= 127);
      RC_ASSERT(channels.count(note.channel) == 1);
      RC_ASSERT(note.tick.count % grid == 0);
      if (note.channel == kDrums) RC_ASSERT(drums.count(note.pitch) == 1);
      else RC_ASSERT((scale.contains(note.pitch) || called.test(note.pitch % 12u)));
      Tick& closed = closes[{note.channel, note.pitch}];
      RC_ASSERT(closed <= note.tick);
      closed = note.end();
      before = note.tick;
      barsPlayed.insert(call.meter.barOf(note.tick));
    }
    RC_ASSERT(barsPlayed.size() == static_cast<std::size_t>(bars));
  }));
}

TEST_CASE("the answer is about as full as the call") {
  REQUIRE(rc::check([] {
    const Phrase call = anyPhrase();
    const int bars = anyBars();
    const Heard heard = answer(callOf(call, bars, *rc::gen::arbitrary<std::uint64_t>()));
    const double expected = static_cast<double>(keysStruck(call.notes).size()) * bars / call.bars;
    const auto notes = static_cast<double>(heard.notes.size());
    RC_ASSERT(notes * 1.5 + 1e-9 >= expected);
    RC_ASSERT(notes <= std::max(expected * 1.5, static_cast<double>(bars)) + 1e-9);  // no bar stays empty
  }));
}

TEST_CASE("the answer keeps the register of the call") {
  REQUIRE(rc::check([] {
    const Phrase call = anyPhrase();
    const Heard heard = answer(callOf(call, anyBars(), *rc::gen::arbitrary<std::uint64_t>()));
    std::map<int, std::pair<int, int>> reach;
    for (const Note& note : call.notes) {
      const auto [at, fresh] = reach.try_emplace(note.channel, note.pitch, note.pitch);
      at->second = {std::min<int>(at->second.first, note.pitch), std::max<int>(at->second.second, note.pitch)};
    }
    for (const Note& note : heard.notes) {
      const auto [low, high] = reach.at(note.channel);
      RC_ASSERT(note.pitch >= low - 12);
      RC_ASSERT(note.pitch <= high + 12);
    }
  }));
}

TEST_CASE("the same seed and turn answer alike, whatever the take") {
  REQUIRE(rc::check([] {
    const Phrase call = anyPhrase();
    const int bars = anyBars();
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto turn = *rc::gen::arbitrary<std::uint32_t>();
    RC_ASSERT(answer(callOf(call, bars, seed, {turn, 0})).notes == answer(callOf(call, bars, seed, {turn, 3})).notes);
  }));
}
