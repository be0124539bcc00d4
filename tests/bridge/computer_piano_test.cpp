#include "bridge/computer_piano.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <vector>

namespace antiphon {
namespace {

using namespace std::chrono_literals;
using Kind = KeyStroke::Kind;

struct Player {
  std::vector<MidiMessage> played{};
  ComputerPiano piano;
  Nanos now = 100s;
  bool tells;

  explicit Player(bool terminalTells, Letters letters = Letters::qwerty)
      : piano{letters, [this](const MidiMessage& message) { played.push_back(message); }}, tells{terminalTells} {}
  bool press(char key, Nanos later = 0ms) { return stroke(key, Kind::pressed, later); }
  bool release(char key, Nanos later = 0ms) { return stroke(key, Kind::released, later); }
  bool stroke(char key, Kind kind, Nanos later) {
    wait(later);
    return piano.take({kind, key, std::string(1, key)}, tells, now);
  }
  /// As the daemon does: it looks after the piano when it is due.
  void wait(Nanos span) {
    const Nanos until = now + span;
    while (piano.nextDue() <= until) {
      now = piano.nextDue();
      piano.tend(now);
    }
    now = until;
  }
  int sounding() const {
    int count = 0;
    for (const MidiMessage& message : played) count += message.isNoteOn() ? 1 : message.isNoteOff() ? -1 : 0;
    return count;
  }
};

SCENARIO("A terminal that tells when keys come up is played as a piano is") {
  GIVEN("such a terminal") {
    Player player{true};
    WHEN("three keys are held and let go in another order") {
      player.press('a');
      player.press('d', 10ms);
      player.press('g', 300ms);
      player.wait(5s);
      THEN("all three sound for as long as they are held") {
        CHECK(player.sounding() == 3);
        CHECK(player.played == std::vector{MidiMessage::noteOn(0, 60, 96), MidiMessage::noteOn(0, 64, 96),
                                           MidiMessage::noteOn(0, 67, 96)});
        player.release('d');
        player.release('a');
        player.release('g');
        CHECK(player.sounding() == 0);
        CHECK(player.played.back() == MidiMessage::noteOff(0, 67));
      }
    }
    WHEN("the octave changes while a key is held") {
      player.press('a');
      player.press('x');
      player.press('c');
      player.press('s');
      player.release('a');
      THEN("the note that was begun is the one that ends") {
        CHECK(player.played ==
              std::vector{MidiMessage::noteOn(0, 60, 96), MidiMessage::noteOn(0, 74, 80), MidiMessage::noteOff(0, 60)});
      }
    }
    WHEN("after that change another key strikes the note that is held") {
      player.press('p');
      player.press('x');
      player.press('e');
      player.release('p');
      THEN("it is struck anew, and the key that was first has nothing left to let go") {
        CHECK(player.played ==
              std::vector{MidiMessage::noteOn(0, 75, 96), MidiMessage::noteOff(0, 75), MidiMessage::noteOn(0, 75, 96)});
        player.release('e');
        CHECK(player.sounding() == 0);
      }
    }
    WHEN("the keyboard repeats a held key by itself") {
      player.press('a');
      player.stroke('a', Kind::repeated, 500ms);
      player.stroke('a', Kind::repeated, 30ms);
      THEN("it is struck once") { CHECK(player.played.size() == 1); }
    }
    WHEN("the space bar is held") {
      player.press(' ');
      player.stroke(' ', Kind::repeated, 500ms);
      player.release(' ', 1s);
      THEN("so is the pedal") {
        CHECK(player.played == std::vector{MidiMessage::controller(0, midi::kSustain, 127),
                                           MidiMessage::controller(0, midi::kSustain, 0)});
      }
    }
  }
}

SCENARIO("In any other terminal a melody and a chord can be played all the same") {
  GIVEN("a terminal that tells of keys going down only") {
    Player player{false};
    WHEN("a melody is played") {
      player.press('a');
      player.press('s', 250ms);
      player.press('d', 250ms);
      THEN("each note lasts until the next") {
        CHECK(player.played == std::vector{MidiMessage::noteOn(0, 60, 96), MidiMessage::noteOff(0, 60),
                                           MidiMessage::noteOn(0, 62, 96), MidiMessage::noteOff(0, 62),
                                           MidiMessage::noteOn(0, 64, 96)});
      }
      AND_WHEN("nothing follows") {
        player.wait(2s);
        THEN("the last one ends too") { CHECK(player.sounding() == 0); }
      }
    }
    WHEN("three keys go down almost together") {
      player.press('a');
      player.press('d', 12ms);
      player.press('g', 25ms);
      THEN("they are a chord") { CHECK(player.sounding() == 3); }
    }
    WHEN("a key is held, and the keyboard repeats it thirty times a second") {
      player.press('a');
      for (int i = 0; i < 40; ++i) player.press('a', i == 0 ? 500ms : 33ms);
      THEN("it sounds on, struck again at most once") {
        CHECK(player.sounding() == 1);
        CHECK(player.played.size() == 3);
      }
    }
    WHEN("the space bar is pressed twice") {
      player.press(' ');
      player.press(' ', 1s);
      THEN("the pedal goes down, and up") {
        CHECK(player.played == std::vector{MidiMessage::controller(0, midi::kSustain, 127),
                                           MidiMessage::controller(0, midi::kSustain, 0)});
      }
    }
  }
}

TEST_CASE("a piano lies where the letters lie", "[piano]") {
  Player german{true, Letters::qwertz};
  german.press('z');
  CHECK(german.played[0].data1() == 68);  // G sharp, right of the T
  german.press('y');
  german.press('a');
  CHECK(german.played[1].data1() == 48);
  Player french{true, Letters::azerty};
  french.press('q');
  french.press('z');
  CHECK(french.played[0].data1() == 60);
  CHECK(french.played[1].data1() == 61);
  CHECK_FALSE(french.press('b'));
}

TEST_CASE("no key of the computer's piano hangs, whatever is typed", "[piano]") {
  REQUIRE(rc::check("keys, then nothing", [](bool tells, const std::vector<std::pair<char, std::uint8_t>>& strokes) {
    std::vector<MidiMessage> played;
    {
      ComputerPiano piano{Letters::qwerty, [&](const MidiMessage& message) { played.push_back(message); }};
      Nanos now = 1s;
      for (const auto& [key, what] : strokes) {
        now += Nanos{what * 1'000'000};
        piano.tend(now);
        piano.take({static_cast<Kind>(what % 3), key, {}}, tells, now);
      }
    }
    std::array<int, 128> sounding{};
    bool pedal = false;
    for (const MidiMessage& message : played) {
      if (message.isNoteOn()) RC_ASSERT(++sounding[message.data1()] == 1);
      if (message.isNoteOff()) RC_ASSERT(--sounding[message.data1()] == 0);
      if (message.isController(midi::kSustain)) pedal = message.data2() > 0;
    }
    RC_ASSERT(sounding == (std::array<int, 128>{}));
    RC_ASSERT(!pedal);
  }));
}

}  // namespace
}  // namespace antiphon
