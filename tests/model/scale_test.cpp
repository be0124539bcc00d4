#include "model/scale.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>
#include <vector>

using namespace antiphon;
using Kind = Scale::Kind;

namespace {

/// A line of eighths.
std::vector<Note> line(std::initializer_list<int> pitches) {
  std::vector<Note> notes;
  for (const int pitch : pitches) {
    notes.push_back({.tick = Tick{240 * static_cast<std::int64_t>(notes.size())},
                     .length = Tick{240},
                     .pitch = static_cast<std::uint8_t>(pitch)});
  }
  return notes;
}

/// Chords of a half note each.
std::vector<Note> chords(std::initializer_list<std::initializer_list<int>> all) {
  std::vector<Note> notes;
  Tick tick{0};
  for (const auto& chord : all) {
    for (const int pitch : chord)
      notes.push_back({.tick = tick, .length = Tick{960}, .pitch = static_cast<std::uint8_t>(pitch)});
    tick += Tick{960};
  }
  return notes;
}

Scale scaleOf(const std::vector<Note>& notes) { return findTonality(notes, Meter{}).scale; }

std::vector<Note> moved(std::vector<Note> notes, int semitones) {
  for (Note& note : notes) note.pitch = static_cast<std::uint8_t>(note.pitch + semitones);
  return notes;
}

}  // namespace

TEST_CASE("a scale is a ladder without end") {
  const Scale scale{Kind::major, 2};  // D
  REQUIRE(scale.pitchOf(0) == 2);
  REQUIRE(scale.pitchOf(7) == 14);
  REQUIRE(scale.pitchOf(-1) == 1);  // C sharp below
  REQUIRE(scale.pitchOf(37) == 2 + 60 + 4);
  REQUIRE(scale.contains(66));  // F sharp
  REQUIRE_FALSE(scale.contains(65));
  REQUIRE(scale.stepOf(65) == scale.stepOf(64));  // F hangs on E
  REQUIRE(scale.toneOf(-1) == 6);
}

TEST_CASE("every scale has tonic, third and fifth to rest on") {
  for (int kind = 0; kind < Scale::kKinds; ++kind) {
    const Scale scale{static_cast<Kind>(kind), 0};
    INFO(scale.name());
    REQUIRE(scale.pitchOf(scale.fifth()) == 7);
    int stable = 0;
    for (int tone = 0; tone < scale.size(); ++tone) stable += scale.stable(tone);
    REQUIRE(stable == 3);
  }
}

TEST_CASE("steps and pitches lead to each other on every scale") {
  REQUIRE(rc::check([] {
    const Scale scale{static_cast<Kind>(*rc::gen::inRange(0, Scale::kKinds)), *rc::gen::inRange(0, 12)};
    const int step = *rc::gen::inRange(-40, 90);
    RC_ASSERT(scale.stepOf(scale.pitchOf(step)) == step);
    RC_ASSERT(scale.pitchOf(step) < scale.pitchOf(step + 1));
    const int pitch = *rc::gen::inRange(0, 128);
    RC_ASSERT(scale.pitchOf(scale.stepOf(pitch)) <= pitch);
    RC_ASSERT(scale.pitchOf(scale.stepOf(pitch) + 1) > pitch);
  }));
}

TEST_CASE("what is played tells its scale") {
  const auto [what, notes, kind, root] = GENERATE(table<std::string, std::vector<Note>, Kind, int>({
      {"a major scale", line({60, 62, 64, 65, 67, 69, 71, 72}), Kind::major, 0},
      {"a minor scale", line({57, 59, 60, 62, 64, 65, 67, 69}), Kind::minor, 9},
      {"with a leading tone", line({57, 59, 60, 62, 64, 65, 68, 69}), Kind::harmonicMinor, 9},
      {"five tones", line({60, 62, 64, 67, 69, 67, 64, 60}), Kind::majorPentatonic, 0},
      {"five tones in minor", line({57, 60, 62, 64, 67, 64, 60, 57}), Kind::minorPentatonic, 9},
      {"a blues lick", line({57, 60, 62, 63, 62, 60, 55, 57}), Kind::minorBlues, 9},
      {"a country lick", line({60, 62, 63, 64, 67, 69, 67, 60}), Kind::majorBlues, 0},
      {"dorian", line({62, 64, 65, 67, 69, 71, 72, 62}), Kind::dorian, 2},
      {"a dominant riff", line({55, 59, 62, 65, 67, 64, 65, 55}), Kind::mixolydian, 7},
      {"ii V I", chords({{62, 65, 69, 72}, {55, 59, 65, 69}, {60, 64, 67, 71}, {60, 64, 67, 71}}), Kind::major, 0},
      {"a triad is not pentatonic", chords({{60, 64, 67}, {60, 64, 67}}), Kind::major, 0},
  }));
  const Scale found = scaleOf(notes);
  INFO(what << ": " << found.name() << " on " << found.root());
  CHECK(found.kind() == kind);
  CHECK(found.root() == root);
}

TEST_CASE("the same music in another key is in the same scale") {
  const auto notes = line({60, 62, 64, 67, 69, 71, 67, 60});
  const Scale home = scaleOf(notes);
  for (int semitones = 1; semitones < 12; ++semitones) {
    const Scale away = scaleOf(moved(notes, semitones));
    CHECK(away.kind() == home.kind());
    CHECK(away.root() == (home.root() + semitones) % 12);
  }
}

TEST_CASE("long notes on strong beats outweigh passing ones") {
  std::vector<Note> notes = line({60, 61, 62, 63, 64, 66, 67, 60});
  for (Note& note : notes) {
    if (note.pitch == 61 || note.pitch == 63 || note.pitch == 66) note.length = Tick{20};
    else note.length = Tick{460};
  }
  const Tonality tonality = findTonality(notes, Meter{});
  CHECK(tonality.scale.root() == 0);
  CHECK_FALSE(tonality.scale.contains(61));
  CHECK(tonality.allows(61));        // it was played
  CHECK_FALSE(tonality.allows(68));  // it was not
}

TEST_CASE("drums are in no key") {
  std::vector<Note> notes = line({61, 63, 66, 68, 70, 61, 63, 66});
  for (Note& note : notes) note.channel = 9;
  const Tonality nothing = findTonality({}, Meter{});
  const Tonality drums = findTonality(notes, Meter{});
  CHECK(drums.scale == nothing.scale);
  CHECK(drums.allowed == nothing.allowed);
}

TEST_CASE("a tone outside the scale moves with its neighbours while the player has used it") {
  const Tonality tonality = findTonality(line({60, 61, 62, 64, 65, 67, 69, 71}), Meter{});
  REQUIRE(tonality.scale == Scale{Kind::major, 0});
  const int c = tonality.scale.stepOf(60);
  CHECK(tonality.pitch(c, 1) == 61);
  CHECK(tonality.pitch(c + 1, 1) == 62);  // D sharp was never played: D
  CHECK(tonality.pitch(c + 2, 1) == 64);  // above E there is F
}
