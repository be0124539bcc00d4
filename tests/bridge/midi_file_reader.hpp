// A reader of Standard MIDI Files that knows nothing of the writer and forgives nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace antiphon::testing {

struct FileEvent {
  std::int64_t tick = 0;
  std::uint8_t status = 0;  // 0xFF: a meta event
  std::uint8_t meta = 0;
  std::vector<std::uint8_t> data{};

  bool isOn() const { return (status & 0xF0) == 0x90 && data[1] > 0; }
  bool isOff() const { return (status & 0xF0) == 0x80 || ((status & 0xF0) == 0x90 && data[1] == 0); }
  friend bool operator==(const FileEvent&, const FileEvent&) = default;
};

struct FileTrack {
  std::string name{};
  std::vector<FileEvent> events{};  // without name and end
  std::int64_t end = 0;
};

struct MidiFile {
  int format = 0;
  int division = 0;
  std::vector<FileTrack> tracks{};
};

/// Reads a file of ours and checks what must hold of every one: a whole file, every note closed, tracks of the same
/// length. Throws when it does not.
MidiFile readWritten(const std::filesystem::path& path);
/// A recording: a file with a call and an answer.
MidiFile readRecording(const std::filesystem::path& path);

/// A folder for one test.
struct Folder {
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::size_t files() const;
  std::filesystem::path path;
};

}  // namespace antiphon::testing
