#include "model/key.hpp"

#include <rapidcheck.h>
#include <bit>
#include <catch2/catch.hpp>
#include <vector>

#include "model/scale.hpp"

using namespace antiphon;

namespace {

std::vector<GridNote> line(std::initializer_list<int> pitches, int length = 11) {
  std::vector<GridNote> notes;
  for (const int pitch : pitches) {
    notes.push_back({static_cast<std::uint16_t>(notes.size()), 0, static_cast<std::uint8_t>(pitch),
                     static_cast<std::uint8_t>(length), 8});
  }
  return notes;
}

int tonesOf(ScaleMode mode) {
  switch (mode) {
    case ScaleMode::chromatic: return 12;
    case ScaleMode::majorPentatonic:
    case ScaleMode::minorPentatonic: return 5;
    case ScaleMode::blues: return 6;
    default: return 7;
  }
}

}  // namespace

TEST_CASE("scales are read in any spelling and by other names") {
  REQUIRE(parseScaleMode("Harmonic minor") == ScaleMode::harmonicMinor);
  REQUIRE(parseScaleMode("melodic_minor") == ScaleMode::melodicMinor);
  REQUIRE(parseScaleMode("pentatonic minor") == ScaleMode::minorPentatonic);
  REQUIRE(parseScaleMode("aeolian") == ScaleMode::minor);
  REQUIRE_FALSE(parseScaleMode("").has_value());
  REQUIRE_FALSE(parseScaleMode("harmonic  minor").has_value());
  REQUIRE(parseTonic("Cb") == 11);
  REQUIRE_FALSE(parseTonic("").has_value());
  REQUIRE_FALSE(parseTonic("C ").has_value());
}

TEST_CASE("keys are read in any spelling") {
  REQUIRE(parseKey("C:major") == Key{0, ScaleMode::major});
  REQUIRE(parseKey("A:minor") == Key{9, ScaleMode::minor});
  REQUIRE(parseKey("F#:minor") == Key{6, ScaleMode::minor});
  REQUIRE(parseKey("Bb:major") == Key{10, ScaleMode::major});
  REQUIRE(parseKey("Cb:major") == Key{11, ScaleMode::major});
  REQUIRE(parseKey("B#:dorian") == Key{0, ScaleMode::dorian});
  REQUIRE(parseKey("bb:Harmonic-Minor") == Key{10, ScaleMode::harmonicMinor});
  REQUIRE(parseKey("Fbb:locrian") == Key{3, ScaleMode::locrian});
}

TEST_CASE("what is no key is none") {
  for (const char* text :
       {"", ":", "C", "C:", ":major", "H:major", "C major", "C?:major", ".:major", "C:majo", "C:majorr", "Am"}) {
    CAPTURE(text);
    REQUIRE_FALSE(parseKey(text).has_value());
  }
}

TEST_CASE("every key comes back from its name, and its tonic is in it") {
  for (int mode = 0; mode < kScaleModes; ++mode) {
    for (int tonic = 0; tonic < 12; ++tonic) {
      const Key key{tonic, static_cast<ScaleMode>(mode)};
      REQUIRE(parseKey(key.name()) == key);
      REQUIRE(contains(key.pitchClasses(), tonic));
      REQUIRE(std::popcount(key.pitchClasses()) == tonesOf(key.mode));
    }
  }
  REQUIRE(Key{10, ScaleMode::major}.name() == "Bb:major");
  REQUIRE(Key{1, ScaleMode::melodicMinor}.name() == "C#:melodic-minor");
}

TEST_CASE("modes are the scales of the same name") {
  const auto check = [](ScaleMode mode, Scale::Kind kind) {
    for (int tonic = 0; tonic < 12; ++tonic) {
      for (int pitch = 0; pitch < 128; ++pitch) {
        REQUIRE(contains(Key{tonic, mode}.pitchClasses(), pitch) == Scale{kind, tonic}.contains(pitch));
      }
    }
  };
  check(ScaleMode::major, Scale::Kind::major);
  check(ScaleMode::minor, Scale::Kind::minor);
  check(ScaleMode::dorian, Scale::Kind::dorian);
  check(ScaleMode::phrygian, Scale::Kind::phrygian);
  check(ScaleMode::lydian, Scale::Kind::lydian);
  check(ScaleMode::mixolydian, Scale::Kind::mixolydian);
  check(ScaleMode::harmonicMinor, Scale::Kind::harmonicMinor);
  check(ScaleMode::melodicMinor, Scale::Kind::melodicMinor);
  check(ScaleMode::majorPentatonic, Scale::Kind::majorPentatonic);
  check(ScaleMode::minorPentatonic, Scale::Kind::minorPentatonic);
  check(ScaleMode::blues, Scale::Kind::minorBlues);
  REQUIRE(Key{11, ScaleMode::locrian}.pitchClasses() == Key{0, ScaleMode::major}.pitchClasses());
}

TEST_CASE("a third tells minor from major") {
  REQUIRE(Key{0, ScaleMode::dorian}.minor());
  REQUIRE(Key{0, ScaleMode::locrian}.minor());
  REQUIRE_FALSE(Key{0, ScaleMode::mixolydian}.minor());
  REQUIRE_FALSE(Key{0, ScaleMode::chromatic}.minor());
}

TEST_CASE("the key is heard, and moves with the music") {
  const auto tune = line({60, 62, 64, 65, 67, 69, 67, 64, 60, 67, 64, 60});
  const auto sad = line({57, 59, 60, 62, 64, 68, 69, 64, 60, 57, 64, 57});
  for (int up = 0; up < 12; ++up) {
    auto major = tune, minor = sad;
    for (GridNote& note : major) note.pitch = static_cast<std::uint8_t>(note.pitch + up);
    for (GridNote& note : minor) note.pitch = static_cast<std::uint8_t>(note.pitch + up);
    REQUIRE(estimateKey(major) == Key{up, ScaleMode::major});
    REQUIRE(estimateKey(minor) == Key{(9 + up) % 12, ScaleMode::minor});
  }
}

TEST_CASE("long notes count more than short ones") {
  auto notes = line({60, 64, 67, 60, 64, 67}, 0);
  for (const GridNote& note : line({62, 66, 69}, 71)) notes.push_back(note);
  REQUIRE(estimateKey(notes) == Key{2, ScaleMode::major});
}

TEST_CASE("nothing at all is in C") {
  REQUIRE(estimateKey({}) == Key{});
  REQUIRE(estimateKey(line({60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71})) == Key{});
}
