#include "bridge/pattern_answers.hpp"

#include <catch2/catch.hpp>
#include <deque>

#include "model/tokens/phrase.hpp"
#include "tests/support/hearing.hpp"
#include "tests/support/typed_studio.hpp"

namespace antiphon {
namespace {

using Catch::Matchers::Contains;
using synth::loudest;

constexpr double kBar = 2;  // s, at 120 BPM

/// Answers what it was told to, and remembers what it was asked.
class Rehearsed final : public Answerer {
 public:
  struct Book {
    std::deque<std::vector<Note>> answers{};
    std::vector<Call> calls{};
  };
  explicit Rehearsed(Book& book) : book_{book} {}
  std::string_view name() const override { return "rehearsed"; }
  void commit(const Call& call, AnswerStream& out) override {
    book_.calls.push_back(call);
    if (book_.answers.empty()) throw std::runtime_error{"nothing was rehearsed"};
    for (const Note& note : book_.answers.front()) out.note(note);
    book_.answers.pop_front();
  }

 private:
  Book& book_;
};

struct Studio : TypedStudio {
  Rehearsed::Book book{};
  PatternAnswers answers{
      desk, sequences, {.make = [this] { return std::make_unique<Rehearsed>(book); }, .bpm = [] { return kTempo; }}};
  Studio() {
    addPatternAnswers(table, answers, [this] { return beat; });
  }
  std::string news() {
    std::string all;
    for (const std::string& one : answers.finish(beat)) all += one;
    return all;
  }
};

Note note(std::int64_t tick, std::int64_t length, int pitch, int velocity = 100, int channel = 0) {
  return {.tick = Tick{tick},
          .length = Tick{length},
          .pitch = static_cast<std::uint8_t>(pitch),
          .velocity = static_cast<std::uint8_t>(velocity),
          .channel = static_cast<std::uint8_t>(channel)};
}

SCENARIO("PANSWER-1 A bass that plays is answered") {
  GIVEN("a bass of one bar, that plays") {
    Studio studio;
    studio.ok("create bass release=0.01 decay=0.01 sustain=0.9");
    studio.ok("melody bass: C2:2 . G2");
    studio.ok("play");
    studio.hear(0.5);
    studio.book.answers.push_back({note(0, 240, 48), note(1920 + 960, 240, 55)});
    WHEN("it is answered in two bars") {
      CHECK_THAT(studio.ok("answer bass 2"), Contains("bass is answered: 2 bars, from a bar line on"));
      CHECK_THAT(studio.news(), Contains("bass answers: 2 notes from bar 2 on"));
      THEN("the call is what it plays, to the tick") {
        REQUIRE(studio.book.calls.size() == 1);
        const Call& call = studio.book.calls[0];
        CHECK(call.plan.answerBars == 2);
        CHECK(call.plan.tempo.bpm() == Approx(120));
        CHECK(call.prompt.bars == 1);
        REQUIRE(call.prompt.notes.size() == 2);
        CHECK(call.prompt.notes[0].pitch == 36);
        CHECK(call.prompt.notes[0].length == Tick{960});
        CHECK(call.prompt.notes[1].tick == Tick{1440});
      }
      THEN("the answer is heard from the next bar on, and then the bass as it was") {
        studio.hear(kBar - 0.5);
        const auto answered = studio.hear(2 * kBar), after = studio.hear(kBar);
        const auto at = [](const std::vector<float>& sound, double beat) {
          return loudest(std::span{sound}.subspan(static_cast<std::size_t>(beat * 24000) + 1200, 6000));
        };
        CHECK(at(answered, 0) > 0.02);
        CHECK(at(answered, 1.5) < 0.005);
        CHECK(at(answered, 3.2) < 0.005);  // where the bass would have had its G
        CHECK(at(answered, 6) > 0.02);
        CHECK(at(after, 0) > 0.02);
        CHECK(at(after, 3) > 0.02);
      }
      THEN("it can be taken, and taken back") {
        studio.ok("take bass");
        CHECK(studio.sequences.at("bass").written.text == "C3:0.5/100 .:5.5 G3:0.5/100 .:1.5");
        studio.ok("undo");
        CHECK(studio.sequences.at("bass").written.text == "C2:2 . G2");
      }
      THEN("another instrument can take it") {
        studio.ok("create lead pluck");
        CHECK_THAT(studio.ok("take lead 1/4"), Contains("play lead"));
        CHECK(studio.sequences.at("lead").written.text == "C3/100 .:5 G3/100 .");
      }
    }
    WHEN("a lead that has no pattern answers it") {
      studio.ok("create lead pluck");
      studio.ok("answer bass 2 by=lead");
      CHECK_THAT(studio.news(), Contains("lead answers"));
      studio.hear(kBar - 0.5);
      studio.ok("mute bass");
      THEN("it is heard, once") {
        CHECK(loudest(studio.hear(kBar)) > 0.01);
        studio.hear(3 * kBar);
        CHECK(loudest(studio.hear(kBar)) < 1e-3);
      }
    }
    WHEN("it is asked again while the first answer plays") {
      studio.book.answers.push_back({note(0, 240, 60)});
      studio.ok("melody bass: C2");  // comes with the same bar
      studio.ok("answer bass 2");
      studio.news();
      studio.hear(kBar + 0.5);
      studio.ok("answer bass 1");
      THEN("the second follows the first without a gap") { CHECK_THAT(studio.news(), Contains("from bar 4 on")); }
    }
    WHEN("the thinking fails") {
      studio.book.answers.clear();
      studio.ok("answer bass");
      THEN("it is said, and the bass plays on") {
        CHECK(studio.news() == "bass is not answered: nothing was rehearsed");
        studio.hear(kBar - 0.5);
        CHECK(loudest(studio.hear(kBar)) > 0.02);
      }
    }
    WHEN("the answer comes just before a bar line") {
      studio.ok("answer bass 2");
      while (studio.beat < 3.9) studio.hear(0.01);
      THEN("it waits for the one after it, where everybody comes in together") {
        CHECK(studio.answers.tend(studio.beat).empty());
        studio.hear(0.5);
        std::vector<std::string> news;
        while (news.empty()) news = studio.answers.tend(studio.beat);
        CHECK_THAT(news.front(), Contains("from bar 3 on"));
      }
    }
  }
}

SCENARIO("PANSWER-2 A drum that plays is answered by all drums that play") {
  GIVEN("a kick and a hi-hat") {
    Studio studio;
    studio.ok("create kick");
    studio.ok("create hihat");
    studio.ok("sequence kick: x...x...x...x...");
    studio.ok("sequence hihat: ..x...x...x...x.");
    studio.ok("play");
    studio.hear(0.5);
    studio.book.answers.push_back({note(0, 60, 36, 100, 9), note(0, 60, 38, 100, 9), note(480, 60, 46, 90, 9)});
    studio.ok("answer kick 1");
    CHECK_THAT(studio.news(), Contains("kick, hihat answer: 2 notes"));
    THEN("the call is the whole kit, by the keys of General MIDI") {
      const auto& notes = studio.book.calls.at(0).prompt.notes;
      REQUIRE(notes.size() == 8);
      CHECK(notes[0].pitch == 36);
      CHECK(notes[1].pitch == 42);
      CHECK(std::ranges::all_of(notes, [](const Note& n) { return n.channel == kDrumChannel; }));
    }
    THEN("each takes its own part of it") {
      studio.ok("take hihat");
      CHECK(studio.sequences.at("hihat").written.text == "....6...........");
      studio.ok("create snare");
      studio.ok("sequence snare: x...");
      studio.ok("take snare");
      CHECK(studio.sequences.at("snare").written.text == "7...............");
      CHECK_THAT(studio.error("take bass"), Contains("bass"));
    }
  }
}

TEST_CASE("what cannot be answered says why", "[answers]") {
  Studio studio;
  CHECK_THAT(studio.error("answer bass"), Contains("nothing is written for bass"));
  CHECK_THAT(studio.error("take bass"), Contains("there is no answer yet"));
  studio.ok("create bass");
  studio.ok("melody bass: C2");
  CHECK_THAT(studio.error("answer bass"), Contains("bass does not play"));
  studio.ok("play bass");
  CHECK_THAT(studio.error("answer bass by=nobody"), Contains("nobody"));
  CHECK_THAT(studio.error("answer bass 17"), Contains("16"));
  studio.book.answers.push_back({note(0, 60, 36, 100, 9)});
  studio.ok("answer bass");
  CHECK_THAT(studio.error("answer bass"), Contains("one answer is thought of at a time"));
  CHECK_THAT(studio.news(), Contains("the answer is for drums, and none plays here"));
  studio.book.answers.push_back({});
  studio.ok("answer bass");
  CHECK_THAT(studio.news(), Contains("silence"));
  CHECK_THAT(studio.error("take bass 1/7"), Contains("1/8t"));
}

}  // namespace
}  // namespace antiphon
