// What a MIDI file says of notes, programs, the sustain pedal and tempo, in the order of time and with nothing
// interpreted.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace antiphon::aria {

struct Event {
  std::int64_t at = 0;
  int value = 0;  // microseconds to the quarter, a program, or how far the pedal is down
  std::uint8_t channel = 0;
};
struct Sounded {
  std::int64_t at = 0, end = 0;
  std::uint8_t pitch = 0, velocity = 0, channel = 0;
};
/// What a file says, counted in its own divisions of a quarter.
struct Events {
  int division = 480;
  std::vector<Event> tempos{}, programs{}, pedals{};
  std::vector<Sounded> notes{};
};

inline constexpr std::size_t kChannels = 16;

/// Throws MidiFileError. An end closes every note of its key that began before it; what is never ended is left out.
Events midiEvents(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace antiphon::aria
