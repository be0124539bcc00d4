// The sustain pedal of an Aria model's answers.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "model/aria/grammar.hpp"
#include "model/aria/tokens.hpp"
#include "tests/model/aria_answers.hpp"

using namespace antiphon;
using namespace antiphon::aria_testing;

TEST_CASE("Aria: a pedal token by token") {
  const int down = pedalId(true), up = pedalId(false);
  const AriaFrame frame{1000, 4000, 1000, 0};
  AriaGrammar grammar{frame, {.firstBy = 1000, .pedalsInBar = 2}};
  CHECK_FALSE(grammar.pedal());  // the first note comes first
  grammar.choose(noteId(60));
  CHECK_FALSE(grammar.allows(down));
  grammar.choose(onsetId(1000));
  CHECK_FALSE(grammar.allows(down));
  grammar.choose(lengthId(500));
  CHECK(grammar.pedal() == down);
  CHECK_FALSE(grammar.allows(up));
  grammar.choose(down);
  CHECK(grammar.awaits() == Kind::onset);
  CHECK(grammar.allows(onsetId(1000)));  // from the note's own onset on
  CHECK_THROWS_AS(grammar.choose(onsetId(990)), std::logic_error);
  grammar.choose(onsetId(1100));
  CHECK(grammar.awaits() == Kind::note);  // and no length
  CHECK(grammar.earliest() == 1100);
  CHECK(grammar.pedal() == up);
  grammar.choose(up);
  CHECK_FALSE(grammar.allows(onsetId(1130)));
  grammar.choose(onsetId(1500));
  CHECK(grammar.notes() == 1);
  grammar.choose(down);
  CHECK_FALSE(grammar.allows(onsetId(1990)));  // it has moved twice in this bar
  CHECK(grammar.allows(onsetId(2000)));
  grammar.choose(onsetId(3990));
  CHECK_FALSE(grammar.pedal());
  CHECK(grammar.allows(noteId(60)));  // a note may still be struck with it

  const auto moves = [&](const AriaLimits& limits, int first) {
    AriaGrammar other{frame, limits};
    other.choose(first);
    other.choose(onsetId(1000));
    if (limits.part != Part::drums) other.choose(lengthId(100));
    return other.pedal().has_value();
  };
  CHECK(moves({.part = Part::bass, .firstBy = 1000, .pedalsInBar = 2}, noteId(40)));
  CHECK_FALSE(moves({.firstBy = 1000}, noteId(60)));  // a checkpoint without
  CHECK_FALSE(moves({.part = Part::drums, .firstBy = 1000, .pedalsInBar = 2}, drumId(36)));
}

SCENARIO("Aria: a checkpoint that has tokens for the pedal plays with it") {
  GIVEN("weights that like it, and the same call many times") {
    std::size_t moves = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed)
      moves += answerTo(wildPedaller(), callOf(2, 120, {4, 4}, 1, seed)).pedals.size();
    CHECK(moves > 20);
  }
  GIVEN("a pianist who changes it with the second of two chords, and catches each a tenth of a second later") {
    // The call has four notes; the chords begin 2000 ms and 3000 ms after its first.
    const auto script = [](std::span<const int> ids, const Like& like) {
      const int last = ids.back(), before = ids.size() > 1 ? ids[ids.size() - 2] : last;
      const Kind kind = ariaToken(last).kind;
      const int chords = static_cast<int>(ariaNotes(ids).size()) - 4;
      if (kind == Kind::note) like(onsetId(2000 + 1000 * chords), 9);
      else if (kind == Kind::pedalDown) like(onsetId(1100 + 1000 * chords), 9);
      else if (kind == Kind::pedalUp) like(onsetId(2990), 9);
      else if (kind == Kind::onset && ariaToken(before).kind == Kind::note) like(lengthId(900), 9);
      else if (before == pedalId(true)) like(chords == 1 ? pedalId(false) : ariaId({.kind = Kind::end}), 9);
      else if (kind == Kind::length && chords > 0) like(pedalId(true), 9), like(noteId(64), 5);
      else like(noteId(60), 5);
    };
    Wishes wishes = ariaWishes();
    wishes.sampler.temperature = 0;
    const Heard heard = answerTo(scripted(script, std::make_shared<Diary>(), 8192, kAriaLiveTokens), callOf(1), wishes);
    THEN("it is laid on ticks as the notes are, on their channel") {
      REQUIRE(heard.notes.size() == 2);
      CHECK(heard.notes[0].tick == Tick{0});
      CHECK(heard.notes[1].tick == Tick{960});
      CHECK(heard.pedals == std::vector<Pedal>{{Tick{100}, true, 2}, {Tick{960}, false, 2}, {Tick{1060}, true, 2}});
    }
    THEN("drums are played without") {
      wishes.part = Part::drums;
      const auto drummer = [](std::span<const int> ids, const Like& like) {
        if (ariaToken(ids.back()).kind == Kind::drum) like(onsetId(2500), 9);
        else like(pedalId(true), 9), like(drumId(36), 5);
      };
      const AriaModel model = scripted(drummer, std::make_shared<Diary>(), 8192, kAriaLiveTokens);
      CHECK(answerTo(model, callOf(1), wishes).pedals.empty());
    }
  }
}
