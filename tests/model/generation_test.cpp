// Beats, bass lines and melodies that are made up.
#include "model/generation/generate.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "model/generation/motif.hpp"
#include "model/generation/taste.hpp"
#include "tests/model/wild_model.hpp"

using namespace antiphon;
using antiphon::testing::wildModel;

namespace {

constexpr int kSeeds = 24;  // what most lines do is not to be told from two
#ifdef ANTIPHON_SANITIZED
constexpr int kMostBars = 9, kFewBars = 1;
#else
constexpr int kMostBars = kMostGeneratedBars, kFewBars = 4;
#endif

/// Silences are counted from the beginning and up to the end.
Tick longestSilence(const Phrase& phrase) {
  Tick until{}, longest{};
  for (const Note& note : phrase.notes) {
    longest = std::max(longest, note.tick - until);
    until = std::max(until, note.end());
  }
  return std::max(longest, phrase.length() - until);
}

std::string sentence(const std::function<void()>& deed) {
  try {
    deed();
  } catch (const GenerationError& error) {
    CHECK(std::string{error.what()}.starts_with(error.parameter));
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("GEN-1 what is made has its bars and its scale and is never long silent - whatever the weights") {
  const auto model = wildModel(3);
  std::string word = "a";  // that this one knows
  while (!model->style().knows(word)) REQUIRE(++word[0] <= 'z');
  REQUIRE(rc::check("valid music", [&] {
    GenerationWish wish;
    wish.style = *rc::gen::element(std::string{"drums"}, std::string{"bass"}, std::string{"melody"}, word + " drums");
    wish.key = {*rc::gen::inRange(0, 12), static_cast<ScaleMode>(*rc::gen::inRange(0, kScaleModes))};
    wish.bars = *rc::gen::oneOf(rc::gen::inRange(1, 10), rc::gen::inRange(1, kMostBars + 1));
    wish.temperature = *rc::gen::inRange(0, 21) / 10.0;
    wish.seed = *rc::gen::arbitrary<std::uint64_t>();
    const Generated made = generate(*model, wish);
    const Compass compass = compassOf(made.style.part);
    const bool drums = made.style.part == Part::drums;
    RC_ASSERT(made.phrase.bars == wish.bars);
    RC_ASSERT(made.phrase.notes.front().tick == Tick{});
    RC_ASSERT(longestSilence(made.phrase) <= made.phrase.meter.bar());
    std::set<std::int64_t> filled;
    const Note* before = nullptr;
    for (const Note& note : made.phrase.notes) {
      RC_ASSERT(note.length >= Tick{1});
      RC_ASSERT(note.end() <= made.phrase.length());
      RC_ASSERT(note.pitch >= compass.low && note.pitch <= compass.high);
      RC_ASSERT((drums || contains(wish.key.pitchClasses(), note.pitch)));
      RC_ASSERT(note.channel == (drums ? kDrumChannel : 0));
      RC_ASSERT((drums || before == nullptr || note.tick >= before->end()));
      filled.insert(made.phrase.meter.barOf(note.tick));
      before = &note;
    }
    RC_ASSERT(filled.size() == static_cast<std::size_t>(wish.bars));
  }));
}

SCENARIO("GEN-2 a wish makes the same music every time and another seed makes other music") {
  for (const char* style : {"drums", "bass", "melody", "funk drums", "irish jig"}) {
    GIVEN(style) {
      const auto notes = [&](std::uint64_t seed, double temperature = 1) {
        return generate({.style = style, .bars = kFewBars, .temperature = temperature, .seed = seed}).phrase.notes;
      };
      const auto first = notes(1);
      THEN("it is the same again, also while others ask") {
        std::vector<std::vector<Note>> heard(4);
        {
          std::vector<std::jthread> askers;
          for (std::size_t i = 0; i < heard.size(); ++i) askers.emplace_back([&, i] { heard[i] = notes(1 + i % 2); });
        }
        CHECK((heard[0] == first && heard[2] == first && heard[1] == heard[3] && heard[1] != first));
      }
      THEN("the likeliest of another seed is other music too") { CHECK((notes(1, 0) != notes(2, 0))); }
    }
  }
}

SCENARIO("GEN-3 what is made is a beat or a bass or a melody") {
  GIVEN("bass lines in A minor") {
    int tonicOrFifth = 0, downbeats = 0, notes = 0, tones = 0, begin = 0;
    for (int seed = 1; seed <= kSeeds; ++seed) {
      const Phrase line =
          generate({.style = "bass", .key = {9, ScaleMode::minor}, .bars = 8, .seed = std::uint64_t(seed)}).phrase;
      std::set<int> used;
      for (const Note& note : line.notes) {
        const int above = (note.pitch + 3) % 12;
        const bool downbeat = note.tick.count % line.meter.bar().count == 0;
        downbeats += downbeat;
        tonicOrFifth += downbeat && (above == 0 || above == 7);
        used.insert(above);
      }
      begin += line.notes.front().pitch % 12 == 9;
      notes += static_cast<int>(line.notes.size());
      tones += static_cast<int>(used.size());
    }
    THEN("they begin on the tonic, most bars stand on it or the fifth, and others come between") {
      CHECK(begin * 10 >= kSeeds * 9);
      CHECK(tonicOrFifth * 3 > downbeats * 2);
      CHECK(tones >= 3 * kSeeds);
      CHECK(notes > 8 * kSeeds * 2);  // a bar
      CHECK(notes < 8 * kSeeds * 12);
    }
  }
  GIVEN("melodies") {
    int close = 0;
    for (int seed = 1; seed <= kSeeds; ++seed) {
      const Phrase line = generate({.key = {2, ScaleMode::major}, .seed = std::uint64_t(seed)}).phrase;
      close += line.notes.back().pitch % 12 == 2;
    }
    THEN("most come home to the tonic") { CHECK(close * 2 >= kSeeds); }
  }
  GIVEN("beats") {
    THEN("in each there are a kick, a snare and cymbals") {
      for (int seed = 1; seed <= kSeeds; ++seed) {
        CAPTURE(seed);
        const Phrase beat = generate({.style = "drums", .seed = std::uint64_t(seed)}).phrase;
        const auto count = [&](std::initializer_list<int> keys) {
          return std::ranges::count_if(beat.notes,
                                       [&](const Note& n) { return std::ranges::count(keys, n.pitch) > 0; });
        };
        CHECK(count({35, 36}) >= 2);
        CHECK(count({37, 38, 39, 40}) >= 2);
        CHECK(count({42, 44, 46, 49, 51, 53, 57, 59}) >= 4);
      }
    }
  }
}

SCENARIO("GEN-4 what cannot be made is a sentence that says what can") {
  const auto says = [](const GenerationWish& wish, const std::string& why) {
    const std::string said = sentence([&] { generate(wish); });
    INFO(said);
    CHECK(said.find(why) != std::string::npos);
    CHECK(said.find('\n') == std::string::npos);
  };
  says({.bars = 0}, "bars is 0; possible are 1 to 64");
  says({.bars = 65}, "bars is 65; possible are 1 to 64");
  says({.tempo = 19}, "tempo is 19; possible are 20 to 400");
  says({.tempo = std::nan("")}, "tempo is nan");
  says({.temperature = 2.1}, "temperature is 2.1; possible are 0 to 2");
  says({.temperature = -1}, "temperature is -1");
  says({.style = "techno drums"}, "does not know 'techno'; possible are drums, bass, melody");
  says({.style = std::string(200, 'a')}, "style is longer than 100 letters");
  CHECK(sentence([] { keyOf("H", "major"); }).starts_with("key is 'H'; possible are C"));
  CHECK(sentence([] { keyOf("C#b#b#b", "major"); }).starts_with("key is"));
  CHECK(sentence([] { keyOf("C", "moll"); }).starts_with("scale is 'moll'; possible are major, minor, dorian"));
  CHECK(sentence([] { keyOf("C", "\x1b[2J\n"); }).find('\x1b') == std::string::npos);
}

SCENARIO("GEN-5 a style is a part and words") {
  CHECK(styleOf("drums").part == Part::drums);
  CHECK(styleOf("Funk Drums").part == Part::drums);
  CHECK(styleOf("Funk Drums").words == "funk");
  CHECK(styleOf("jazz bass line").part == Part::bass);
  CHECK(styleOf("jazz bass line").words == "jazz");
  CHECK(styleOf("irish jig").part == Part::melody);
  CHECK(styleOf("").part == Part::melody);
  const auto model = NativeModel::embedded();
  for (const char* known : {"funk", "irish", "jig", "jazz", "reggae", "mazurka", "waltz", "blues"}) {
    CAPTURE(known);
    CHECK(model->style().knows(known));
  }
  for (const char* unknown : {"techno", "dubstep", "xqzt", "", "?"}) {
    CAPTURE(unknown);
    CHECK_FALSE(model->style().knows(unknown));
  }
}

SCENARIO("GEN-6 who is asked to stop stops") {
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(generate({.bars = 64}, stop.get_token()), GenerationStopped);
}

SCENARIO("GEN-7 a take that only repeats is not liked") {
  const GridPhrase call = motif(Part::melody, {}, Dice{1});
  const Taste taste{Part::melody, call};
  GridPhrase other = motif(Part::melody, {}, Dice{2});
  CHECK(taste.dislikes(call) > taste.dislikes(other) + 1);
  GridPhrase stuck = other;
  for (GridNote& note : stuck.notes) note.pitch = 60;
  CHECK(taste.dislikes(stuck) > taste.dislikes(other) + 1);
}

TEST_CASE("A motif is two bars in the key and its compass - another for each seed") {
  std::set<std::vector<std::pair<int, int>>> all;
  for (const Part part : {Part::drums, Part::bass, Part::melody}) {
    for (int mode = 0; mode < kScaleModes; ++mode) {
      for (int seed = 0; seed < 24; ++seed) {
        const Key key{seed % 12, static_cast<ScaleMode>(mode)};
        const GridPhrase made = motif(part, key, Dice{std::uint64_t(seed), std::uint64_t(mode)});
        std::vector<std::pair<int, int>> bar;
        REQUIRE(made.bars == kMotifBars);
        REQUIRE((made.notes.front().bar == 0 && made.notes.front().pulse == 0));
        for (const GridNote& note : made.notes) {
          REQUIRE(note.bar < kMotifBars);
          REQUIRE((note.pitch >= compassOf(part).low && note.pitch <= compassOf(part).high));
          REQUIRE((part == Part::drums || contains(key.pitchClasses(), note.pitch)));
          bar.emplace_back(note.bar * 96 + note.pulse, note.pitch);
        }
        all.insert(std::move(bar));
      }
    }
  }
  CHECK(all.size() > 3 * kScaleModes * 24 * 9 / 10);
}
