// The bytes of a Standard MIDI file, event by event, track after track, with nothing interpreted.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

namespace antiphon {

/// A file that cannot be read, or is no MIDI file. The message is one line and names the file.
struct MidiFileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Hears a file. Moments are counted in the file's own divisions of a quarter, since the track's beginning.
class MidiFileListener {
 public:
  virtual ~MidiFileListener() = default;
  virtual void trackBegins() {}
  /// `status` holds kind and channel; `second` is 0 where an event has one byte of data.
  virtual void channelEvent(std::int64_t at, std::uint8_t status, std::uint8_t first, std::uint8_t second) = 0;
  virtual void metaEvent(std::int64_t at, std::uint8_t kind, std::span<const std::uint8_t> data) = 0;
  /// `at` its last event.
  virtual void trackEnds(std::int64_t) {}
};

/// Returns how many divisions a quarter has. Throws MidiFileError.
///
/// More lenient than the standard in one thing, as most programs are: an event without a status byte takes that of the
/// last event of a channel, also when others stood in between.
int hearMidiFile(std::span<const std::uint8_t> bytes, const std::string& name, MidiFileListener& listener);

}  // namespace antiphon
