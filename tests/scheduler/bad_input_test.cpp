#include <catch2/catch.hpp>
#include <random>

#include "scheduler/midi_parser.hpp"
#include "tests/support/stage.hpp"

using namespace antiphon;
using namespace antiphon::testing;

namespace {

std::vector<MidiMessage> parsed(MidiParser& parser, std::vector<std::uint8_t> packet) {
  std::vector<MidiMessage> messages;
  parser.parse(packet, [&](const MidiMessage& message) { messages.push_back(message); });
  return messages;
}

}  // namespace

SCENARIO("BAD-1 Bytes that are no message are counted and become nothing else") {
  MidiParser parser;
  GIVEN("a message cut short") {
    REQUIRE(parsed(parser, {0x90, 60}).empty());
    REQUIRE(parser.faults().truncated == 1);
    THEN("the next packet does not complete it") {
      REQUIRE(parsed(parser, {64}).empty());
      REQUIRE(parser.faults().stray == 1);
    }
  }
  GIVEN("data bytes with nothing before them") {
    parsed(parser, {0x90, 60, 100});
    REQUIRE(parsed(parser, {62, 100}).empty());
    REQUIRE(parser.faults().stray == 2);
  }
  GIVEN("running status inside a packet") {
    REQUIRE(parsed(parser, {0x90, 60, 100, 62, 101}) ==
            std::vector<MidiMessage>{MidiMessage::noteOn(0, 60, 100), MidiMessage::noteOn(0, 62, 101)});
  }
  GIVEN("a clock byte inside a note") {
    REQUIRE(parsed(parser, {0x90, 60, 0xF8, 100}) ==
            std::vector<MidiMessage>{MidiMessage::of(0xF8), MidiMessage::noteOn(0, 60, 100)});
  }
  GIVEN("system exclusive over several packets") {
    REQUIRE(parsed(parser, {0xF0, 0x7E, 1}).empty());
    REQUIRE(parsed(parser, {0x40, 0x41}).empty());
    REQUIRE(parsed(parser, {0x42, 0xF7, 0x90, 60, 100}) == std::vector<MidiMessage>{MidiMessage::noteOn(0, 60, 100)});
    REQUIRE(parser.faults().sysex == 1);
    REQUIRE(parser.faults().stray == 0);
  }
  GIVEN("system exclusive that never ends") {
    parsed(parser, {0xF0, 1, 2});
    REQUIRE(parsed(parser, {0x90, 60, 100}) == std::vector<MidiMessage>{MidiMessage::noteOn(0, 60, 100)});
  }
  GIVEN("bytes that MIDI does not define") {
    REQUIRE(parsed(parser, {0xF4, 0xF5, 0xF9, 0xFD}).empty());
    REQUIRE(parser.faults().stray == 4);
  }
  GIVEN("nothing at all") { REQUIRE(parsed(parser, {}).empty()); }
}

SCENARIO("BAD-2 What is wrong with a note does not spoil the call") {
  Stage stage;
  stage.startAndRun(4);
  stage.play(stage.atBar(0.1), {0x80, 61, 0});  // released and never struck
  stage.play(stage.atBar(0.2), {0x90, 62});     // cut short
  stage.play(stage.atBar(0.3), {0x90, 60, 80});
  stage.play(stage.atBar(0.4), {0x90, 60, 0});    // a release, spelled as a strike
  stage.play(stage.atBar(0.5), {0xF8});           // a clock byte where it does not belong
  stage.play(stage.atBar(0.6), {0xE0, 1, 2});     // bend
  stage.clock(stage.atBar(0.7), {0x90, 66, 90});  // a note on the clock's inlet
  stage.runOut();
  REQUIRE(stage.thinker.commits.size() == 1);
  REQUIRE(stage.thinker.commits[0].prompt == std::vector<Note>{{Tick{576}, Tick{192}, 60, 80, 0}});
  REQUIRE(stage.performance().tally().strayNoteOffs == 1);
  REQUIRE(stage.performance().tally().truncated == 1);
}

SCENARIO("BAD-3 Ten thousand notes in a millisecond") {
  Stage stage;
  stage.startAndRun(5);
  for (int i = 0; i < 10000; ++i) stage.play(stage.atBar(0.5) + i * 100ns, {0x90, i % 128, 1 + i % 127});
  stage.runOut();
  REQUIRE(stage.thinker.commits.back().prompt.size() == CallRecorder::kMostNotes);
  REQUIRE(stage.performance().tally().notesLeftOut == 10000 - CallRecorder::kMostNotes);
  REQUIRE(stage.out.noteOns().size() == 8);
  REQUIRE(stage.out.sounding() == 0);
}

SCENARIO("BAD-4 An answerer that talks nonsense is not played") {
  Settings settings;
  settings.measures = 1;
  Stage stage{settings};
  stage.thinker.compose = [](const TurnPlan&) {
    return std::vector<Note>{{Tick{-5}, Tick{10}, 60, 90, 0},  {Tick{0}, Tick{10}, 200, 90, 0},
                             {Tick{0}, Tick{10}, 60, 0, 0},    {Tick{0}, Tick{0}, 60, 90, 0},
                             {Tick{0}, Tick{10}, 60, 90, 77},  {Tick{480}, Tick{10}, 61, 90, 0},
                             {Tick{100}, Tick{10}, 62, 90, 0}, {Tick{1920}, Tick{10}, 63, 90, 0}};
  };
  stage.startAndRun(3);
  stage.note(0.5, Tick{100}, 60);
  stage.runOut();
  const auto ons = stage.out.noteOns();
  REQUIRE(ons.size() == 1);
  REQUIRE(ons[0].message.data1() == 61);
}

SCENARIO("BAD-5 Random bytes at both doors break nothing") {
  std::mt19937 random{7};
  for (int round = 0; round < 50; ++round) {
    Settings settings;
    settings.overlap = round % 2 == 0 ? Overlap::ignore : Overlap::yield;
    settings.anchor = round % 3 == 0 ? Anchor::firstNote : Anchor::transport;
    settings.measures = 1;
    Stage stage{settings, 180};
    stage.startAndRun(12);
    std::vector<std::uint8_t> packet;
    for (Nanos now = 900ms; now < stage.atBar(12); now += Nanos{random() % 20'000'000}) {
      stage.runTo(now);
      packet.resize(random() % 6);
      for (auto& byte : packet)
        byte = static_cast<std::uint8_t>(random() % 4 == 0 ? 0x80 + random() % 128 : random() % 128);
      if (random() % 8 == 0) stage.performance().clockPacket(packet, now);
      else stage.performance().playerPacket(packet, now);
    }
    stage.runOut();
    REQUIRE(stage.out.sounding() == 0);
    REQUIRE(std::ranges::is_sorted(stage.out.all, {}, &Sent::when));
  }
}
