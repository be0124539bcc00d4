#include "bridge/ensemble.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "bridge/command_table.hpp"
#include "bridge/ensemble_commands.hpp"
#include "tests/bridge/recording_client.hpp"
#include "tests/support/fake_audio.hpp"
#include "tests/support/hearing.hpp"

namespace antiphon {
namespace {

using namespace synth;

constexpr std::uint8_t kHere = 0;

struct Room {
  FakeAudio* audio = new FakeAudio;
  RecordingSink onward{};
  Ensemble ensemble;

  explicit Room(EnsembleWish wish) : ensemble{std::move(wish), std::unique_ptr<AudioSystem>{audio}, onward} {
    ensemble.nextAnswer();
    ensemble.start();
    audio->pass(2s);
    audio->heard.clear();
  }
  void answer(const MidiMessage& message) { ensemble.answers().send(message, audio->time); }
  void play(const MidiMessage& message) { ensemble.hear(message.view(), audio->time); }
  /// What is heard in the next while.
  Sound listen(Nanos span) {
    audio->heard.clear();
    audio->pass(span);
    return audio->heard;
  }
  double level(Nanos span) { return rms(listen(span)); }
};

SCENARIO("The answer is heard, and the player if that is asked for") {
  GIVEN("an ensemble that voices the answer alone") {
    Room room{{.patch = "voice"}};
    WHEN("the player plays") {
      room.play(MidiMessage::noteOn(kHere, 60, 100));
      THEN("nothing is heard") { CHECK(room.level(500ms) == 0); }
    }
    WHEN("the answer plays") {
      room.answer(MidiMessage::noteOn(kHere, 60, 100));
      THEN("it is heard, and sent on as well") {
        CHECK(room.level(500ms) > 0.005);
        REQUIRE(room.onward.sent.size() == 1);
      }
    }
  }
  GIVEN("one that voices both") {
    Room room{{.patch = "voice", .through = true, .channel = kHere}};
    WHEN("the player plays on the channel that is listened to") {
      room.play(MidiMessage::noteOn(kHere, 60, 100));
      THEN("it is heard, and not sent on") {
        CHECK(room.level(500ms) > 0.005);
        CHECK(room.onward.sent.size() == 0);
      }
      AND_WHEN("the port is lost") {
        room.ensemble.quiet(room.audio->time);
        room.listen(8s);
        THEN("what was held sounds no more") { CHECK(room.level(200ms) < 1e-4); }
      }
      AND_WHEN("an answer ends, with all its notes off") {
        room.answer(MidiMessage::noteOn(kHere, 60, 100));
        room.answer(MidiMessage::noteOff(kHere, 60));
        room.answer(MidiMessage::controller(kHere, midi::kAllNotesOff, 0));
        room.listen(8s);
        THEN("the key that the player holds is still held") {
          CHECK(room.level(200ms) > 0.005);
          room.play(MidiMessage::noteOff(kHere, 60));
          room.listen(8s);
          CHECK(room.level(200ms) < 1e-4);
        }
      }
    }
    WHEN("somebody plays on another channel") {
      room.play(MidiMessage::noteOn(3, 60, 100));
      THEN("nothing is heard") { CHECK(room.level(500ms) == 0); }
    }
  }
}

SCENARIO("Each part of an answer has an instrument of its own, from the first note to the last") {
  Room room{{.patch = "voice"}};
  const auto node = [&](std::string_view name) { return room.ensemble.desk().played(name); };
  GIVEN("an answer under way") {
    room.answer(MidiMessage::noteOn(kHere, 60, 100));
    room.audio->pass(100ms);
    WHEN("a bass is asked for meanwhile") {
      room.ensemble.expect(Part::bass);
      THEN("it is there for the next answer, and this one stays what it is") {
        CHECK_FALSE(node("bass") == NodeId{});
        room.ensemble.desk().set("bass.level", 0);
        room.answer(MidiMessage::noteOff(kHere, 60));
        room.answer(MidiMessage::noteOn(kHere, 48, 100));
        CHECK(room.level(300ms) > 0.005);
        AND_WHEN("the next call is complete") {
          room.answer(MidiMessage::noteOff(kHere, 48));
          room.audio->pass(8s);
          room.ensemble.nextAnswer();
          room.answer(MidiMessage::noteOn(kHere, 48, 100));
          THEN("its answer is played on the bass, which was turned down here to tell") {
            CHECK(room.level(500ms) < 1e-3);
          }
        }
      }
    }
  }
  GIVEN("an answer on the drums' channel") {
    room.answer(MidiMessage::noteOn(kDrumChannel, 36, 110));
    THEN("the drums are heard") { CHECK(room.level(500ms) > 0.005); }
  }
}

SCENARIO("A file of commands says what is played on what") {
  const std::string file = "ensemble_test.studio";
  std::ofstream{file} << "create answer keys\ncreate tone sine\npatch answer.pitch > tone.pitch\n"
                         "create loud vca\npatch tone > loud\npatch answer.gate > loud.gain\npatch loud > out\n";
  Room room{{.patch = file, .through = true}};
  room.play(MidiMessage::noteOn(kHere, 69, 100));
  const Sound heard = room.listen(1s);
  CHECK(toneIn(part(heard, 24000, 47000), 440) > 0.5);
  std::ofstream{file} << "create answer keyz\n";
  CHECK_THROWS_WITH((Room{{.patch = file}}), Catch::Contains("line 1") && Catch::Contains("keys"));
  std::remove(file.c_str());
  CHECK_THROWS_WITH((Room{{.patch = "theremim"}}), Catch::Contains("theremim") && Catch::Contains("voice"));
}

SCENARIO("The click falls on the beat, higher on the first, and goes with the music") {
  GIVEN("a tempo of 120 in 3/4") {
    Room room{{.click = true, .meter = {3, 4}}};
    const Nanos begin = room.audio->time;
    const Timeline line{Tick{0}, begin, Tempo::bpm(120)};
    room.audio->heard.clear();
    room.audio->pass(4s, [&] { room.ensemble.keepTime(line, room.audio->time, true); });
    const Sound heard = room.audio->heard;
    THEN("it is heard every half second, its first frame within a millisecond of the beat") {
      for (int beat = 1; beat < 7; ++beat) {
        const int at = beat * 24000;
        CAPTURE(beat);
        CHECK(loudest(part(heard, at - 4000, at - 48)) < 1e-4);
        CHECK(loudest(part(heard, at + 300, at + 2400)) > 0.02);
        const auto pitch = part(heard, at + 700, at + 2400);
        CHECK((toneIn(pitch, 1498.3) > toneIn(pitch, 1000)) == (beat % 3 == 0));
      }
    }
    WHEN("the music stops") {
      room.ensemble.keepTime(line, room.audio->time, false);
      room.audio->pass(1s);
      THEN("so does the click") { CHECK(loudest(room.listen(2s)) < 1e-4); }
    }
  }
}

TEST_CASE("the keyboard's wheels and knobs turn the player's instrument, and nobody else's", "[ensemble]") {
  Room room{{.through = true}};
  const auto level = [&](const char* who) {
    return room.ensemble.desk().patch().sink(std::string{who} + ".level").value();
  };
  const double mine = level("me"), answers = level("answer");
  for (const int value : {100, 90, 0}) {
    room.play(MidiMessage::controller(kHere, 7, static_cast<std::uint8_t>(value)));
    room.play(MidiMessage::controller(kHere, 119, 64));  // which nobody has a use for
  }
  room.ensemble.turnKnobs();
  CHECK(level("me") == 0);
  room.play(MidiMessage::controller(kHere, 7, 100));
  room.ensemble.turnKnobs();
  CHECK(level("me") == Approx(mine).margin(0.01));
  CHECK(level("answer") == answers);
}

TEST_CASE("other programs can be told where the music is, and how loud", "[ensemble]") {
  Room room{{.patch = "voice"}};
  CHECK_FALSE(room.ensemble.music());
  const Nanos begin = room.audio->time;
  room.ensemble.keepTime({Tick{960}, begin, Tempo::bpm(90)}, begin, true);
  const auto beat = room.ensemble.music();
  REQUIRE(beat);
  CHECK(beat->time.tempo == Approx(90));
  CHECK(beat->time.beat == Approx(2));
  CHECK(beat->at == begin);

  const auto level = [&] { return room.ensemble.desk().strips().back(); };
  room.listen(500ms);
  CHECK(level().name == "out");
  CHECK(level().levels.peak == Levels::kNothing);
  room.answer(MidiMessage::noteOn(kHere, 60, 100));
  const Sound heard = room.listen(1s);
  CHECK(level().levels.peak == Approx(20 * std::log10(loudest(heard))).margin(0.2));
  CHECK(level().levels.rms == Approx(20 * std::log10(rms(part(heard, static_cast<int>(heard.size()) - 14400,
                                                              static_cast<int>(heard.size())))))
                                  .margin(0.7));

  // What is asked for now is not made yet, and by the same rule as notes.
  const Frame now = room.ensemble.desk().machine().now();
  const auto ahead = room.ensemble.frameOf(room.audio->time) - now;
  CHECK(ahead > 0);
  CHECK(room.ensemble.frameOf(room.audio->time + 1s) - room.ensemble.frameOf(room.audio->time) ==
        Approx(48000).margin(2));
}

TEST_CASE("seats are given other instruments by typing", "[ensemble]") {
  Room room{{.through = true}};
  CommandTable table;
  addEnsembleCommands(table, room.ensemble);
  CHECK(table.run("voice answer bell").text == "answer on bell");
  room.answer(MidiMessage::noteOn(kHere, 60, 100));
  CHECK(room.level(500ms) > 0.005);
  CHECK_FALSE(table.run("voice answer theremin").ok);
  CHECK(table.run("voice answer bel").text == "there is no instrument called 'bel'; did you mean 'bell'?");
  CHECK_FALSE(table.run("voice audience voice").ok);
  CHECK(table.run("click on").ok);
  CHECK(room.ensemble.status() == "card: 0.0 % of the time, no gaps");
}

TEST_CASE("who is removed from the patch is heard no more, and nothing else changes", "[ensemble]") {
  Room room{{.through = true}};
  room.ensemble.desk().remove("answer");
  room.ensemble.lookAround();
  room.ensemble.nextAnswer();
  room.audio->pass(100ms);
  room.answer(MidiMessage::noteOn(kHere, 60, 100));
  CHECK(room.level(500ms) < 1e-4);
  room.play(MidiMessage::noteOn(kHere, 60, 100));
  CHECK(room.level(500ms) > 0.005);
}

}  // namespace
}  // namespace antiphon
