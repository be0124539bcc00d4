#include "model/aria/improviser.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <map>
#include <utility>

#include "model/aria/tokens.hpp"
#include "model/improviser.hpp"
#include "tests/model/aria_answers.hpp"

using namespace antiphon;
using namespace antiphon::aria_testing;

SCENARIO("Aria: the same call gets the same answer, however it was heard") {
  const AriaModel& model = wildModel();
  const auto plain = answerTo(model, callOf(3)).notes;
  REQUIRE(!plain.empty());
  THEN("a second time") { CHECK(answerTo(model, callOf(3)).notes == plain); }
  THEN("when its notes were fed while they were played") {
    CHECK(answerTo(model, callOf(3), ariaWishes(), true).notes == plain);
  }
  THEN("but not with another seed, nor in another turn") {
    CHECK(answerTo(model, callOf(3, 120, {4, 4}, 1, 2)).notes != plain);
    CHECK(answerTo(model, callOf(3, 120, {4, 4}, 2)).notes != plain);
  }
  THEN("it comes on the player's channel") {
    for (const Note& note : plain) CHECK(note.channel == 2);
  }
}

TEST_CASE("Aria: an answer keeps to its bars, its part and its key, whatever the weights") {
  REQUIRE(rc::check("valid answers", [] {
    Wishes wishes = ariaWishes();
    wishes.part = static_cast<Part>(*rc::gen::inRange(0, kParts));
    wishes.key = *rc::gen::element(KeyWish{}, *parseKeyWish("off"), *parseKeyWish("A:minor"));
    wishes.sampler.temperature = *rc::gen::element(0.0, 0.95, 2.0);
    wishes.sampler.repetition = *rc::gen::element(0.0, 1.0);
    const Meter meter = *rc::gen::element(Meter{4, 4}, Meter{3, 4}, Meter{7, 8}, Meter{1, 16}, Meter{1, 32});
    const double bpm = *rc::gen::element(20.0, 57.3, 93.0, 120.0, 240.0, 400.0);
    const int bars = *rc::gen::inRange(1, 4);
    Call call = callOf(bars, bpm, meter, 1, *rc::gen::arbitrary<std::uint64_t>());
    const bool late = *rc::gen::arbitrary<bool>() && meter.bar() > kQuarter;
    for (Note& note : call.prompt.notes) {
      if (late) note.tick += Tick{130};
      note.length = std::min(note.length, meter.bar() - note.tick);
      if (*rc::gen::arbitrary<bool>()) note.length = meter.bar() - note.tick;  // still held
      if (*rc::gen::inRange(0, 6) == 0) note.channel = kDrumChannel;
    }
    const bool pedals = *rc::gen::arbitrary<bool>();
    const Heard heard = answerTo(pedals ? wildPedaller() : wildModel(), call, wishes, *rc::gen::arbitrary<bool>());
    RC_ASSERT(heard.end == bars * meter.bar());
    RC_ASSERT_FALSE(heard.notes.empty());
    RC_ASSERT(heard.notes.front().tick < meter.beat());
    const bool fromDownbeat = leadingVoice(call.prompt.notes).front().tick == Tick{0};
    if (fromDownbeat) RC_ASSERT(heard.notes.front().tick == Tick{0});
    std::map<int, Tick> struck;
    const PitchRange range = rangeOf(*wishes.part);
    for (const Note& note : heard.notes) {
      RC_ASSERT(note.length >= Tick{1});
      RC_ASSERT(note.tick + note.length <= bars * meter.bar());
      RC_ASSERT(note.pitch >= range.low && note.pitch <= range.high);
      RC_ASSERT((note.channel == kDrumChannel) == (wishes.part == Part::drums));
      if (struck.contains(note.pitch)) RC_ASSERT(struck[note.pitch] < note.tick);
      struck[note.pitch] = note.tick;
      if (wishes.key.kind == KeyWish::Kind::named && wishes.part != Part::drums)
        RC_ASSERT(contains(wishes.key.key.pitchClasses(), note.pitch));
    }
    if (!pedals || wishes.part == Part::drums) RC_ASSERT(heard.pedals.empty());
    bool down = false;
    Tick before = heard.notes.front().tick;
    for (const Pedal& pedal : heard.pedals) {
      RC_ASSERT(pedal.down != std::exchange(down, pedal.down));
      RC_ASSERT(pedal.tick >= before);
      RC_ASSERT(pedal.tick < bars * meter.bar());
      RC_ASSERT(pedal.channel == heard.notes.front().channel);
      before = pedal.tick;
    }
    const auto quarters = static_cast<std::size_t>((meter.bar().count + 479) / 480);
    RC_ASSERT(heard.pedals.size() <= 4 * quarters * static_cast<std::size_t>(bars));
  }));
}

SCENARIO("Aria: who still holds a note at the bar line has it ring as long as the model thinks") {
  GIVEN("two notes that are held, and one that was let go, at 120 to the minute") {
    Call call = callOf(1);
    call.prompt.notes = {
        {Tick{0}, Tick{1920}, 48, 90, 0}, {Tick{480}, Tick{240}, 60, 90, 0}, {Tick{1440}, Tick{480}, 64, 90, 0}};
    const auto diary = std::make_shared<Diary>();
    const AriaModel model = scripted(
        [](std::span<const int> ids, const Like& like) {
          const Kind last = ariaToken(ids.back()).kind;
          if (last == Kind::note) like(onsetId(2000), 5);
          if (last == Kind::onset) like(lengthId(100), 9), like(lengthId(2700), 5), like(lengthId(510), 3);
          if (last == Kind::length) like(noteId(70), 5);
        },
        diary);
    Wishes wishes = ariaWishes();
    wishes.sampler.temperature = 0;
    answerTo(model, call, wishes);
    THEN("the first is foretold, at least to the bar line, and the model hears the rest with it") {
      const auto notes = ariaNotes(diary->extended.back());
      REQUIRE(notes.size() >= 3);
      CHECK(notes[0].length == 2700);
      CHECK(notes[1].length == 250);
      CHECK(notes[2].length == 2700);
      // Nothing was ever asked with the lengths that the bar line had cut.
      for (const auto& ids : diary->extended) {
        for (const AriaNote& note : ariaNotes(ids)) CHECK((note.pitch == 70 || note.length != 2000));
      }
    }
  }
}

SCENARIO("Aria: the first note is one that begins where the answer does") {
  // Pitch 72 is likelier, but would come a beat later; 67 is meant for the bar line.
  const auto note = [](std::span<const int>, const Like& like) { like(noteId(72), 6), like(noteId(67), 5.5f); };
  const auto onset = [](std::span<const int> ids, const Like& like) {
    if (ariaNotes(ids).size() > 4) like(onsetId(3900), 9);  // enough: wait for the end
    else if (ariaToken(ids.back()).value == 72) like(onsetId(2500), 9);
    else like(onsetId(2000), 8), like(onsetId(2120), 4), like(onsetId(1500), 9);
  };
  const AriaModel model = scripted(pianist(note, onset));
  Wishes wishes = ariaWishes();
  wishes.sampler.temperature = 0;
  GIVEN("a call that began on the downbeat") {
    const auto notes = answerTo(model, callOf(1), wishes).notes;
    REQUIRE(!notes.empty());
    CHECK(notes.front().pitch == 67);
    CHECK(notes.front().tick == Tick{0});
  }
  GIVEN("a call that began behind it") {
    Call call = callOf(1);
    call.prompt.notes.erase(call.prompt.notes.begin());  // now the sequence begins at 500 ms
    const auto notes = answerTo(model, call, wishes).notes;
    REQUIRE(!notes.empty());
    CHECK(notes.front().pitch == 67);
    CHECK(notes.front().tick == Tick{0});  // 1500 ms after the first note is the bar line, and likeliest
  }
}

SCENARIO("Aria: the five seconds go by in silence too") {
  GIVEN("a slow call whose end is silent") {
    Call call = callOf(2, 20);  // a bar lasts 12 seconds
    call.prompt.notes.resize(1);
    const auto diary = std::make_shared<Diary>();
    const AriaModel model = scripted(
        [](std::span<const int> ids, const Like& like) {
          const Kind last = ariaToken(ids.back()).kind;
          if (last == Kind::note) like(onsetId(2000), 5);
          else if (last == Kind::onset) like(lengthId(300), 5);
          else like(segmentId(), 5), like(noteId(64), 4);
        },
        diary);
    Wishes wishes = ariaWishes();
    wishes.sampler.temperature = 0;
    const Heard heard = answerTo(model, call, wishes);
    THEN("the answer begins on its downbeat, in the third of them, and all later ones are gone through") {
      REQUIRE(heard.notes.size() == 1);
      CHECK(heard.notes.front().tick == Tick{0});
      CHECK(heard.end == Tick{2 * 1920});
      const auto& ids = diary->extended.back();
      CHECK(std::ranges::count(ids, segmentId()) >= 6);  // of 36 seconds
    }
  }
}

SCENARIO("Aria: notes leave as soon as they are thought of, and nobody thinks on when nobody waits") {
  const auto diary = std::make_shared<Diary>();
  const auto note = [](std::span<const int> ids, const Like& like) {
    like(noteId(60 + static_cast<int>(ids.size()) % 12), 5);
  };
  const auto onset = [](std::span<const int> ids, const Like& like) {
    like(onsetId(2000 + 130 * static_cast<int>(ariaNotes(ids).size() - 4)), 9);
  };
  const AriaModel model = scripted(pianist(note, onset), diary);
  AriaImproviser improviser{model, std::make_shared<WishDesk>(ariaWishes())};
  Heard heard;
  std::size_t behind = 0;
  diary->onExtend = [&] {
    const auto known = ariaNotes(diary->extended.back()).size();
    if (known > 4) behind = std::max(behind, known - 4 - heard.notes.size());
  };
  WHEN("somebody waits") {
    improviser.commit(callOf(1), heard);
    THEN("no note is kept back while the next is thought of") {
      CHECK(heard.notes.size() > 8);
      CHECK(behind == 0);
    }
  }
  WHEN("nobody waits after the third note") {
    heard.leaveAfter = 3;
    improviser.commit(callOf(1), heard);
    const int tokens = diary->tokens;
    CHECK(heard.notes.size() == 3);
    CHECK(ariaNotes(diary->extended.back()).size() <= 4 + 3);
    THEN("the next call is answered as if nothing had been") {
      Heard next;
      improviser.commit(callOf(1, 120, {4, 4}, 2), next);
      CHECK(next.notes == answerTo(model, callOf(1, 120, {4, 4}, 2)).notes);
      CHECK(diary->tokens > tokens);
    }
  }
  WHEN("nobody waits from the start") {
    heard.left = true;
    improviser.commit(callOf(1), heard);
    CHECK(diary->tokens == 0);
    CHECK(heard.notes.empty());
  }
}

SCENARIO("Aria: what was heard while the player played is not thought of again") {
  const auto diary = std::make_shared<Diary>();
  const auto note = [](std::span<const int>, const Like& like) { like(noteId(60), 5); };
  const auto onset = [](std::span<const int>, const Like& like) { like(onsetId(3990), 9); };
  const AriaModel model = scripted(pianist(note, onset), diary);
  AriaImproviser improviser{model, std::make_shared<WishDesk>(ariaWishes())};
  const Call call = callOf(1);
  improviser.begin(call.plan);
  for (const Note& each : call.prompt.notes) improviser.feed(each);
  CHECK(diary->tokens == 2 + 4 * 3);  // prefix, <S>, the notes
  diary->tokens = 0;
  diary->extended.clear();
  Heard heard;
  improviser.commit(call, heard);
  CHECK(diary->extended.front().size() == 2 + 4 * 3 + 1);  // the first thing it thinks of is its own first note
}

SCENARIO("Aria: a long call leaves room for its answer") {
  Call call = callOf(1);
  call.prompt.notes.clear();
  for (int i = 0; i < 96; ++i)
    call.prompt.notes.push_back({i * kPulse, kPulse, static_cast<std::uint8_t>(40 + i % 40), 90, 0});
  const auto diary = std::make_shared<Diary>();
  const auto note = [](std::span<const int> ids, const Like& like) {
    like(noteId(60 + static_cast<int>(ids.size()) % 12), 5);
  };
  GIVEN("an answer that fits") {
    const auto onset = [](std::span<const int>, const Like& like) { like(onsetId(3000), 9); };
    answerTo(scripted(pianist(note, onset), diary, 120), call);
    THEN("the newest notes are heard, as many as leave room") {
      const auto notes = ariaNotes(diary->extended.at(1));  // thought of in two parts
      REQUIRE(notes.size() > 10);
      CHECK(notes.size() < 20);
      CHECK(notes.front().at == 0);
      CHECK(notes.back().pitch == 40 + 94 % 40);  // the last one is still held
    }
  }
  GIVEN("an answer that does not") {
    const auto onset = [](std::span<const int> ids, const Like& like) {
      like(onsetId(ariaToken(ids.back()).value * 10 + 1000), 1);
    };
    Wishes wishes = ariaWishes();
    wishes.part = Part::piano;
    CHECK_THROWS_WITH(answerTo(scripted(pianist(note, onset), diary, 40), callOf(8), wishes),
                      Catch::Contains("40 tokens"));
  }
}

SCENARIO("Aria: a machine too slow for the call says so") {
  const AriaModel model = scripted(pianist(
      [](std::span<const int> ids, const Like& like) { like(noteId(60 + static_cast<int>(ids.size()) % 20), 5); },
      [](std::span<const int> ids, const Like& like) {
        const auto notes = ariaNotes(ids);
        like(onsetId(static_cast<int>(notes.empty() ? 2000 : std::max<std::int64_t>(2000, notes.back().at + 60))), 9);
      }));
  Wishes wishes = ariaWishes();
  wishes.part = Part::piano;
  const auto desk = std::make_shared<WishDesk>(wishes);
  AriaImproviser improviser{model, desk};
  const auto streaming = [&](std::optional<double> notes) {
    desk->change([&](Wishes& w) { w.notesPerSecond = notes; });
    Heard heard;
    improviser.commit(callOf(1), heard);  // two notes a second
    return heard.notes;
  };
  const auto free = streaming({});
  CHECK(free.size() > 20);
  CHECK(streaming(50.0) == free);
  CHECK_FALSE(desk->takeRemark());
  const auto thinner = streaming(1.5);
  CHECK(thinner.size() >= 2);
  CHECK(thinner.size() <= 3);  // in two seconds
  REQUIRE(desk->takeRemark().value().find("thinner") != std::string::npos);
  CHECK_FALSE(desk->takeRemark());
  CHECK_THROWS_WITH(streaming(0.9), Catch::Contains("2.0 notes a second") && Catch::Contains("streams 0.9"));
  CHECK_THROWS_AS(ariaBreath(2, 9), std::runtime_error);
  CHECK(ariaBreath(12, 10) == 0);
  CHECK(ariaBreath(10, 14) == Approx(1000 / 9.0));
}

TEST_CASE("Aria: calls that are none are not answered") {
  Heard heard;
  AriaImproviser improviser{wildModel(), std::make_shared<WishDesk>(ariaWishes())};
  CHECK_THROWS_WITH(improviser.commit(callOf(2, 120, {9, 4}), heard), Catch::Contains("9/4"));
  CHECK_THROWS_AS(improviser.commit(callOf(2, 0.01), heard), std::invalid_argument);
  Call nothing = callOf(2);
  nothing.prompt.notes.clear();
  improviser.commit(nothing, heard);
  CHECK(heard.notes.empty());
}

TEST_CASE("Aria: what this machine streams is measured and said") {
  const auto diary = std::make_shared<Diary>();
  const AriaModel model = scripted([](std::span<const int>, const Like&) {}, diary);
  Nanos now{};
  int call = 0;
  diary->onExtend = [&] { now += std::chrono::milliseconds{++call % 3 == 0 ? 400 : 25}; };  // now and then it stumbles
  const auto engine = model.engine(1000);
  engine->extend(std::vector<int>{1, 2, 3});
  CHECK(ariaTokensPerSecond(*engine, [&] { return now; }) == Approx(40));
  CHECK(engine->length() == 3);
  CHECK(introductionOf(model, 38.9) == "aria-medium, f32, 38 tokens/s: streams up to 12 notes a second");
  CHECK(introductionOf(model, 2.5) == "aria-medium, f32, 2 tokens/s: streams less than one note a second");
  const AriaModel small{AriaShape{48, 3, 3, 192, kAriaTokens}, "int8", {}};
  CHECK(introductionOf(small, 900) ==
        "aria, 3 layers of width 48, int8, 900 tokens/s: streams up to 300 notes a second");
}
