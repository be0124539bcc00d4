// What was generated as a file, read by a reader that knows nothing of the writer.
#include "bridge/generated_midi.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "bridge/base64.hpp"
#include "tests/bridge/midi_file_reader.hpp"

using namespace antiphon;
using antiphon::testing::FileEvent;
using antiphon::testing::Folder;
using antiphon::testing::readWritten;

namespace {

antiphon::testing::MidiFile reread(const std::vector<std::uint8_t>& bytes, const Folder& folder) {
  const auto path = folder.path / "generated.mid";
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<std::streamsize>(bytes.size()));
  return readWritten(path);
}

std::string coded(const std::string& text) {
  return base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

SCENARIO("GEN-8 a file says its instrument, has its bars, and drums are on channel 10") {
  struct Expected {
    const char* style;
    std::uint8_t channel, program;
    const char* track;
  };
  for (const auto& [style, channel, program, track] :
       {Expected{"drums", 9, 0, "Drums"}, Expected{"bass", 0, 33, "Bass"}, Expected{"melody", 0, 0, "Melody"}}) {
    GIVEN(style) {
      const GenerationWish wish{.style = style, .key = {3, ScaleMode::blues}, .tempo = 93, .bars = 5};
      const Generated made = generate(wish);
      const auto bytes = midiOf(made);
      const Folder folder;
      const auto file = reread(bytes, folder);
      THEN("another reader finds it whole") {
        REQUIRE(file.tracks.size() == 2);
        CHECK(file.tracks[0].events[1].data == std::vector<std::uint8_t>{0x09, 0xD8, 0x29});  // 645,161 us a quarter
        CHECK(file.tracks[1].name == track);
        CHECK(file.tracks[1].end == 5 * 1920);
        const auto& events = file.tracks[1].events;
        CHECK(events.front() == FileEvent{0, static_cast<std::uint8_t>(0xC0 | channel), 0, {program}});
        std::size_t struck = 0;
        for (const FileEvent& event : events) {
          CHECK((event.status & 0x0F) == channel);
          struck += event.isOn();
        }
        CHECK(struck == made.phrase.notes.size());
      }
      THEN("the same wish makes the same bytes") { CHECK((midiOf(generate(wish)) == bytes)); }
    }
  }
}

SCENARIO("Bytes become letters as everybody writes them") {
  // The examples of RFC 4648.
  CHECK(coded("").empty());
  CHECK(coded("f") == "Zg==");
  CHECK(coded("fo") == "Zm8=");
  CHECK(coded("foo") == "Zm9v");
  CHECK(coded("foob") == "Zm9vYg==");
  CHECK(coded("fooba") == "Zm9vYmE=");
  CHECK(coded("foobar") == "Zm9vYmFy");
  CHECK(coded("\xFB\xFF\xBF") == "+/+/");
}
