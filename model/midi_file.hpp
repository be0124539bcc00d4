// Standard MIDI files, as far as music to learn from and to answer needs them: notes, tempo, metre, key, names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/midi_bytes.hpp"
#include "scheduler/meter.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// A note as the file has it, counted in the file's own divisions of a quarter.
struct FileNote {
  std::int64_t at = 0;
  std::int64_t length = 0;  // at least 1
  std::uint8_t pitch = 60;
  std::uint8_t velocity = 80;
  std::uint8_t channel = 0;
};

struct FileTrack {
  std::string name{};
  std::vector<FileNote> notes{};  // by onset, then pitch
};

struct MidiFile {
  template <typename T>
  struct Change {
    std::int64_t at = 0;
    T value{};
  };
  int division = 480;                   // of a quarter
  std::vector<FileTrack> tracks{};      // those with notes
  std::vector<Change<Meter>> meters{};  // in order of time, the first at 0; 4/4 when the file says nothing
  std::vector<Change<Tempo>> tempos{};  // in order of time; may be empty
  std::int64_t end = 0;                 // of the last event

  Meter meterAt(std::int64_t at) const;
  std::optional<Tempo> tempo() const;  // the first that is given
};

inline constexpr std::size_t kLargestMidiFile = 64u << 20;

MidiFile readMidiFile(const std::filesystem::path& path);
MidiFile parseMidiFile(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace antiphon
