#include "bridge/phrase_file.hpp"

#include <catch2/catch.hpp>

#include "tests/bridge/midi_file_reader.hpp"

using namespace antiphon;
using namespace antiphon::testing;

SCENARIO("An answer with a pedal is written as it would be played") {
  const Folder folder;
  const auto path = folder.path / "answer.mid";
  GIVEN("a chord that is caught, another with which it is changed, and a pedal that is left down") {
    const Phrase answer{{4, 4},
                        1,
                        {{Tick{0}, Tick{480}, 60, 90, 2}, {Tick{480}, Tick{480}, 62, 90, 2}},
                        {{Tick{0}, true, 2}, {Tick{480}, false, 2}, {Tick{480}, true, 2}, {Tick{500}, true, 2}}};
    writePhraseFile(path, {4, 4}, Tempo::bpm(120), {{"Call", {}, {}}, {"Answer", answer, Tick{1920}}});
    const auto track = readRecording(path).tracks.at(2);
    THEN("it comes up before the notes that begin with it, goes down behind them, and is up at the end") {
      REQUIRE(track.events == std::vector<FileEvent>{{1920, 0x92, 0, {60, 90}},
                                                     {1920, 0xB2, 0, {64, 127}},
                                                     {2400, 0x82, 0, {60, 0}},
                                                     {2400, 0xB2, 0, {64, 0}},
                                                     {2400, 0x92, 0, {62, 90}},
                                                     {2400, 0xB2, 0, {64, 127}},
                                                     {2880, 0x82, 0, {62, 0}},
                                                     {3840, 0xB2, 0, {64, 0}}});
      REQUIRE(track.end == 3840);
    }
  }
}
