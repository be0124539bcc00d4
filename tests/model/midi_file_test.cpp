#include "model/midi_file.hpp"

#include <catch2/catch.hpp>

#include "model/corpus/streams.hpp"
#include "model/dice.hpp"

using namespace antiphon;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes fileOf(const std::vector<Bytes>& tracks, std::uint8_t division = 24) {
  Bytes file{'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 1, 0, static_cast<std::uint8_t>(tracks.size()), 0, division};
  for (const Bytes& track : tracks) {
    file.insert(file.end(), {'M', 'T', 'r', 'k', 0, 0, static_cast<std::uint8_t>(track.size() >> 8),
                             static_cast<std::uint8_t>(track.size() & 255)});
    file.insert(file.end(), track.begin(), track.end());
  }
  return file;
}

const Bytes kConductor{0, 0xFF, 0x58, 4, 3, 2, 24, 8, 0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20, 0, 0xFF, 0x2F, 0};
const Bytes kTwoNotes{0,  0xFF, 3, 5,    'P', 'i', 'a', 'n',  'o', 0, 0x90, 60,   100,  24,
                      60, 0,    0, 0x90, 64,  80,  12,  0x80, 64,  0, 0,    0xFF, 0x2F, 0};

}  // namespace

TEST_CASE("A MIDI file is read: names, metre, tempo, notes, running status") {
  const MidiFile file = parseMidiFile(fileOf({kConductor, kTwoNotes}), "two.mid");
  REQUIRE(file.tracks.size() == 1);
  CHECK(file.tracks[0].name == "Piano");
  REQUIRE(file.tracks[0].notes.size() == 2);
  CHECK(file.tracks[0].notes[0].length == 24);
  CHECK(file.tracks[0].notes[1].at == 24);
  CHECK(file.tracks[0].notes[1].length == 12);
  CHECK(file.meterAt(0) == Meter{3, 4});
  CHECK(file.tempo()->bpm() == Approx(120));
}

TEST_CASE("What is no MIDI file says so in one line") {
  CHECK_THROWS_WITH(parseMidiFile(Bytes{'h', 'e', 'l', 'l', 'o'}, "a.txt"), "a.txt: not a MIDI file");
  auto cut = fileOf({kConductor, kTwoNotes});
  cut.resize(cut.size() - 10);
  CHECK_THROWS_WITH(parseMidiFile(cut, "cut.mid"), Catch::Contains("breaks off"));
  CHECK_THROWS_WITH(readMidiFile("/nowhere.mid"), Catch::Contains("cannot be read"));
}

TEST_CASE("Broken MIDI files never crash the reader, nor what takes them apart") {
  const auto whole = fileOf({kConductor, kTwoNotes});
  Dice dice = Dice::from(3);
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = whole;
    for (std::uint64_t n = dice.below(4) + 1; n > 0; --n)
      bytes[dice.below(bytes.size())] = static_cast<std::uint8_t>(dice.next());
    if (dice.below(4) == 0) bytes.resize(dice.below(bytes.size() + 1));
    try {
      const Piece piece = streamsOf(parseMidiFile(bytes, "broken.mid"));
      for (const Stream& stream : piece.streams) {
        for (const GridNote& note : stream.notes) REQUIRE(note.pulse < pulsesPerBar(piece.bars.at(note.bar)));
      }
    } catch (const MidiFileError&) {}
  }
}

SCENARIO("A piece is taken apart into voices") {
  GIVEN("two staves of a piano and drums on their channel") {
    Bytes left = kTwoNotes, drums{0, 0x99, 36, 100, 12, 0x89, 36, 0, 0, 0xFF, 0x2F, 0};
    const Piece piece = streamsOf(parseMidiFile(fileOf({kConductor, kTwoNotes, left, drums}), "band.mid"));
    THEN("the staves are one voice, the drums another") {
      REQUIRE(piece.streams.size() == 2);
      CHECK(piece.streams[0].part == Part::drums);
      CHECK(piece.streams[1].part == Part::piano);
      CHECK(piece.streams[1].notes.size() == 2);  // both staves play the same
      CHECK(piece.bars.front() == Meter{3, 4});
    }
  }
}
