#include "bridge/studio_midi.hpp"

#include <catch2/catch.hpp>

#include "tests/support/typed_studio.hpp"

namespace antiphon {

SCENARIO("EXPORT-1 A groove becomes notes") {
  TypedStudio studio;
  studio.ok("create hihat");
  studio.ok("sequence hihat: ..x.");
  studio.ok("create bass");
  studio.ok("melody bass: C2 . [G2 Eb2]:2/127");
  studio.ok("create lead");
  studio.ok("melody lead: C4");
  studio.ok("play hihat");
  studio.ok("play bass");
  studio.ok("swing 60");
  const auto phrases = phrasesOf(studio.sequences, studio.desk.patch(), 2);
  THEN("what plays is there, in so many bars") {
    REQUIRE(phrases.size() == 2);
    CHECK(phrases[0].name == "hihat");
    CHECK(phrases[0].phrase.notes.size() == 8);
    CHECK(phrases[0].phrase.notes[1] ==
          Note{.tick = Tick{6 * 120}, .length = Tick{144}, .pitch = 42, .velocity = 102, .channel = 9});
    CHECK(phrases[1].phrase.notes.size() == 6);
    CHECK(phrases[1].phrase.notes[0].pitch == 36);
    CHECK(phrases[1].phrase.notes[0].channel == 0);
    CHECK(phrases[1].phrase.notes[2].tick == Tick{960});
    CHECK(phrases[1].phrase.notes[2].length == Tick{960});
    CHECK(phrases[1].phrase.notes[2].velocity == 127);
  }
  THEN("swing is in it") {
    studio.ok("sequence hihat: xx");
    CHECK(phrasesOf(studio.sequences, studio.desk.patch(), 1)[0].phrase.notes[1].tick == Tick{144});
  }
  THEN("what is muted is not") {
    studio.ok("mute bass");
    CHECK(phrasesOf(studio.sequences, studio.desk.patch(), 2).size() == 1);
  }
}

}  // namespace antiphon
