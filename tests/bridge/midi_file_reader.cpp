#include "tests/bridge/midi_file_reader.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <utility>

namespace antiphon::testing {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void bad(const std::string& why) { throw std::runtime_error{"not a MIDI file: " + why}; }

class Reader {
 public:
  explicit Reader(std::vector<std::uint8_t> bytes) : bytes_{std::move(bytes)} {}

  MidiFile read() {
    MidiFile smf;
    if (tag() != "MThd" || number(4) != 6) bad("header");
    smf.format = static_cast<int>(number(2));
    const auto tracks = number(2);
    smf.division = static_cast<int>(number(2));
    for (std::int64_t i = 0; i < tracks; ++i) smf.tracks.push_back(track());
    if (at_ != bytes_.size()) bad("something follows the last track");
    return smf;
  }

 private:
  std::uint8_t byte() {
    if (at_ >= bytes_.size()) bad("it ends too soon");
    return bytes_[at_++];
  }
  std::uint8_t dataByte() {
    const std::uint8_t value = byte();
    if (value > 0x7F) bad("a status byte among the data");
    return value;
  }
  std::int64_t number(int size) {
    std::int64_t value = 0;
    for (int i = 0; i < size; ++i) value = value * 256 + byte();
    return value;
  }
  std::string tag() {
    std::string text;
    for (int i = 0; i < 4; ++i) text += static_cast<char>(byte());
    return text;
  }
  std::int64_t length() {
    std::int64_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const std::uint8_t next = byte();
      value = value * 128 + (next & 0x7F);
      if (next < 0x80) return value;
    }
    bad("a number of more than four bytes");
  }

  FileTrack track() {
    if (tag() != "MTrk") bad("no track");
    const auto size = static_cast<std::size_t>(number(4));
    const std::size_t end = at_ + size;
    if (end > bytes_.size()) bad("a track that is longer than the file");
    FileTrack track;
    std::int64_t tick = 0;
    for (;;) {
      tick += length();
      FileEvent event{tick, byte()};
      if (event.status == 0xFF) {
        event.meta = byte();
        for (std::int64_t left = length(); left > 0; --left) event.data.push_back(byte());
        if (event.meta == 0x2F) {
          track.end = tick;
          if (at_ != end) bad("the end of a track where it is not");
          return track;
        }
        if (event.meta == 0x03) {
          track.name.assign(event.data.begin(), event.data.end());
          continue;
        }
      } else {
        const int kind = event.status & 0xF0;
        if (event.status < 0x80 || event.status >= 0xF0) bad("no channel message");
        for (int left = kind == 0xC0 || kind == 0xD0 ? 1 : 2; left > 0; --left) event.data.push_back(dataByte());
      }
      track.events.push_back(event);
      if (at_ >= end) bad("a track without an end");
    }
  }

  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

}  // namespace

MidiFile readWritten(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  const MidiFile smf = Reader{{std::istreambuf_iterator<char>{in}, {}}}.read();
  if (smf.format != 1 || smf.division != 480) bad("not as we write them");
  for (const FileTrack& track : smf.tracks) {
    if (track.end != smf.tracks[0].end) bad("tracks of different length");
    std::set<std::pair<int, int>> sounding;
    for (const FileEvent& event : track.events) {
      if (event.status == 0xFF) continue;
      const std::pair key{event.status & 0x0F, int{event.data[0]}};
      if (event.isOn() && !sounding.insert(key).second) bad("a note that sounds is struck");
      if (event.isOff() && sounding.erase(key) == 0) bad("a note that does not sound is released");
    }
    if (!sounding.empty()) bad("a note sounds for ever");
  }
  return smf;
}

MidiFile readRecording(const std::filesystem::path& path) {
  const MidiFile smf = readWritten(path);
  if (smf.tracks.size() != 3) bad("not what a recording is");
  if (smf.tracks[1].name != "Call" || smf.tracks[2].name != "Answer") bad("names");
  return smf;
}

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "antiphon-test-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error{"no folder for the test"};
  path = name;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

std::size_t Folder::files() const {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator{path}, fs::directory_iterator{}));
}

}  // namespace antiphon::testing
