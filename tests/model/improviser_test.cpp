#include "model/improviser.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "tests/model/echo_calls.hpp"
#include "tests/model/wild_model.hpp"

using namespace antiphon;
using antiphon::testing::wildModel;

namespace {

struct Heard final : AnswerStream {
  void note(const Note& note) override {
    notes.push_back(note);
    if (static_cast<int>(notes.size()) == leaveAfter) left = true;
  }
  void pedal(const Pedal&) override { FAIL("the native model has no pedal"); }
  void reached(Tick tick) override { end = tick; }
  bool cancelled() const override { return left; }
  std::vector<Note> notes{};
  Tick end{};
  int leaveAfter = -1;
  bool left = false;
};

Wishes wishesWith(std::shared_ptr<const NativeModel> model) {
  Wishes wishes;
  wishes.model = std::move(model);
  return wishes;
}

Call callOf(int answerBars, std::uint32_t turn = 1, std::uint64_t seed = 1, Meter meter = {4, 4}) {
  Phrase prompt{meter, 1, {}};
  for (int i = 0; i < 4; ++i)
    prompt.notes.push_back({i * meter.beat(), meter.beat() - kPulse, static_cast<std::uint8_t>(60 + 2 * i), 90, 2});
  std::erase_if(prompt.notes, [&](const Note& n) { return n.tick >= meter.bar(); });
  return {{{turn, 0}, meter, 1, answerBars, Tempo::bpm(120), seed}, prompt};
}

std::vector<Note> answerTo(const Wishes& wishes, const Call& call, bool fed = false) {
  Improviser improviser{std::make_shared<WishDesk>(wishes)};
  improviser.begin(call.plan);
  if (fed) {
    for (const Note& note : call.prompt.notes) improviser.feed(note);
  }
  Heard heard;
  improviser.commit(call, heard);
  CHECK(heard.end == call.plan.answerBars * call.plan.meter.bar());
  return heard.notes;
}

}  // namespace

SCENARIO("The same call gets the same answer, however it was heard") {
  const Wishes wishes = wishesWith(wildModel());
  const auto plain = answerTo(wishes, callOf(4));
  REQUIRE(!plain.empty());
  THEN("a second time") { CHECK(answerTo(wishes, callOf(4)) == plain); }
  THEN("when its notes were fed while they were played") { CHECK(answerTo(wishes, callOf(4), true) == plain); }
  THEN("but not with another seed, nor in another turn") {
    CHECK(answerTo(wishes, callOf(4, 1, 2)) != plain);
    CHECK(answerTo(wishes, callOf(4, 2)) != plain);
  }
  THEN("it comes on the player's channel") {
    for (const Note& note : plain) CHECK(note.channel == 2);
  }
}

TEST_CASE("An answer keeps to its bars, its part and its key, whatever the weights") {
  const auto model = wildModel(5);
  REQUIRE(rc::check("valid answers", [&] {
    Wishes wishes = wishesWith(model);
    wishes.part = static_cast<Part>(*rc::gen::inRange(0, kParts));
    wishes.key = *rc::gen::element(KeyWish{}, *parseKeyWish("off"), *parseKeyWish("A:minor"));
    if (*rc::gen::arbitrary<bool>()) wishes.density = *rc::gen::inRange(0, 100) / 100.0;
    wishes.sampler.temperature = *rc::gen::inRange(0, 20) / 10.0;
    wishes.takes = *rc::gen::inRange(1, 4);
    if (*rc::gen::arbitrary<bool>()) wishes.style = "irish jig";
    wishes.guidance = *rc::gen::element(1.0, 2.0);
    const Meter meter = *rc::gen::element(Meter{4, 4}, Meter{3, 4}, Meter{7, 8}, Meter{6, 8}, Meter{5, 4}, Meter{1, 16},
                                          Meter{8, 4}, Meter{15, 16});
    const int bars = *rc::gen::inRange(1, 9);
    const auto notes = answerTo(wishes, callOf(bars, 1, *rc::gen::arbitrary<std::uint64_t>(), meter));
    RC_ASSERT_FALSE(notes.empty());
    RC_ASSERT(notes.front().tick == Tick{0});  // as the call
    Tick before{0};
    const PitchRange range = rangeOf(*wishes.part);
    for (const Note& note : notes) {
      RC_ASSERT(note.tick >= before);
      RC_ASSERT(note.length >= kPulse);
      RC_ASSERT(note.end() <= bars * meter.bar());
      RC_ASSERT(note.pitch >= range.low && note.pitch <= range.high);
      RC_ASSERT((note.channel == kDrumChannel) == (wishes.part == Part::drums));
      if (wishes.key.kind == KeyWish::Kind::named && wishes.part != Part::drums)
        RC_ASSERT(contains(wishes.key.key.pitchClasses(), note.pitch));
      before = note.tick;
    }
  }));
}

SCENARIO("The tones of an answer are those of the call's key, when the call has one") {
  const auto tonesOf = [](const std::vector<int>& pitches) {
    GridPhrase call{{4, 4}, 1, {}};
    for (std::size_t i = 0; i < pitches.size(); ++i)
      call.notes.push_back({0, static_cast<std::uint8_t>(12 * i), static_cast<std::uint8_t>(pitches[i]), 12, 10});
    return scaleFor(KeyWish{}, call);
  };
  THEN("of a scale, its tones") {
    CHECK(tonesOf({60, 62, 64, 65, 67, 69, 71}) == parseKeyWish("C:major")->key.pitchClasses());
  }
  THEN("of a scale with a tone from outside, all") { CHECK(!tonesOf({60, 62, 64, 65, 66, 67, 69, 71})); }
  THEN("of a few notes, all") { CHECK(!tonesOf({60, 64, 67})); }
  THEN("of a named key, its tones, whatever is played") {
    CHECK(scaleFor(*parseKeyWish("A:minor"), GridPhrase{{4, 4}, 1, {{0, 0, 61, 12, 10}}}) ==
          parseKeyWish("A:minor")->key.pitchClasses());
  }
}

SCENARIO("A bass that is asked to be busy stays one voice") {
  Wishes wishes = wishesWith(wildModel());
  wishes.part = Part::bass;
  wishes.density = 1.0;
  const auto notes = answerTo(wishes, callOf(4));
  THEN("no two notes begin together, and there are not more than there are sixteenths") {
    for (std::size_t i = 1; i < notes.size(); ++i) CHECK(notes[i].tick > notes[i - 1].tick);
    CHECK(notes.size() <= 73);  // four to the quarter, and a tenth
  }
}

SCENARIO("Wishes change the next answer") {
  const auto desk = std::make_shared<WishDesk>(wishesWith(wildModel()));
  Improviser improviser{desk};
  const auto answer = [&](std::uint32_t turn) {
    Heard heard;
    const Call call = callOf(8, turn);
    improviser.begin(call.plan);
    improviser.commit(call, heard);
    return heard.notes;
  };
  WHEN("drums are wished for") {
    desk->change([](Wishes& w) { w.part = Part::drums; });
    THEN("drums come, on their channel") {
      for (const Note& note : answer(1)) CHECK(note.channel == kDrumChannel);
    }
  }
  WHEN("more and more density is wished for") {
    std::size_t sparse = 0, busy = 0;
    desk->change([](Wishes& w) { w.density = 0.0; });
    for (std::uint32_t turn = 1; turn < 6; ++turn) sparse += answer(turn).size();
    desk->change([](Wishes& w) { w.density = 0.8; });
    for (std::uint32_t turn = 1; turn < 6; ++turn) busy += answer(turn).size();
    THEN("there are more notes") { CHECK(busy > 2 * sparse); }
  }
  WHEN("another model is put in its place") {
    const auto before = answer(1);
    desk->change([](Wishes& w) { w.model = wildModel(99); });
    THEN("it plays at the next turn") { CHECK(answer(1) != before); }
  }
  WHEN("an answer was played") {
    const auto notes = answer(1);
    THEN("it can be kept, with its call") {
      REQUIRE(desk->lastTurn());
      CHECK(desk->lastTurn()->answer.notes == notes);
      CHECK(desk->lastTurn()->call.notes.size() == 4);
    }
  }
}

TEST_CASE("Nobody waits for a cancelled answer") {
  Improviser improviser{std::make_shared<WishDesk>(wishesWith(wildModel()))};
  const Call call = callOf(64);
  Heard heard;
  heard.leaveAfter = 3;
  improviser.commit(call, heard);
  CHECK(heard.notes.size() == 3);
}

TEST_CASE("A bar longer than eight quarters is refused in words, an empty call gets no answer") {
  Improviser improviser{std::make_shared<WishDesk>(wishesWith(wildModel()))};
  Heard heard;
  CHECK_THROWS_WITH(improviser.commit(callOf(2, 1, 1, {9, 4}), heard), Catch::Contains("9/4"));
  Call nothing = callOf(2);
  nothing.prompt.notes.clear();
  improviser.commit(nothing, heard);
  CHECK(heard.notes.empty());
}

TEST_CASE("The built-in model answers a scale with notes of its key") {
  Wishes wishes = wishesWith(NativeModel::embedded());
  Call call = callOf(4);
  call.prompt.bars = 2;
  call.plan.callBars = 2;
  call.prompt.notes.clear();
  constexpr std::array<std::uint8_t, 8> kScale{60, 62, 64, 65, 67, 69, 71, 72};
  for (int i = 0; i < 16; ++i)
    call.prompt.notes.push_back({i * Tick{240}, Tick{220}, kScale[static_cast<std::size_t>(i % 8)], 90, 0});
  const auto notes = answerTo(wishes, call);
  CHECK(notes.size() >= 8);
  for (const Note& note : notes) CHECK(contains(Key{}.pitchClasses(), note.pitch));
}
