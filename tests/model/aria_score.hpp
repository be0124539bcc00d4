// MIDI files written down in a test.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace antiphon::aria_testing {

using Bytes = std::vector<std::uint8_t>;

/// At 500 divisions of the usual quarter, a tick is a millisecond.
inline Bytes fileOf(const std::vector<Bytes>& tracks, int division = 500) {
  Bytes file{'M',
             'T',
             'h',
             'd',
             0,
             0,
             0,
             6,
             0,
             1,
             0,
             static_cast<std::uint8_t>(tracks.size()),
             static_cast<std::uint8_t>(division >> 8),
             static_cast<std::uint8_t>(division & 255)};
  for (const Bytes& track : tracks) {
    const auto high = static_cast<std::uint8_t>(track.size() >> 8), low = static_cast<std::uint8_t>(track.size() & 255);
    file.insert(file.end(), {'M', 'T', 'r', 'k', 0, 0, high, low});
    file.insert(file.end(), track.begin(), track.end());
  }
  return file;
}

/// A track written down with the moment of each event, in order.
class Score {
 public:
  Score& on(int at, int pitch, int velocity = 80, int channel = 0) {
    return event(at, {0x90 | channel, pitch, velocity});
  }
  Score& off(int at, int pitch, int channel = 0) { return event(at, {0x80 | channel, pitch, 0}); }
  Score& note(int at, int until, int pitch, int velocity = 80, int channel = 0) {
    return on(at, pitch, velocity, channel).off(until, pitch, channel);
  }
  Score& pedal(int at, int value, int channel = 0) { return event(at, {0xB0 | channel, 64, value}); }
  Score& program(int at, int program, int channel = 0) { return event(at, {0xC0 | channel, program}); }
  Score& tempo(int at, int micros) { return event(at, {0xFF, 0x51, 3, micros >> 16, micros >> 8 & 255, micros & 255}); }
  Bytes bytes() const {
    Bytes all = bytes_;
    all.insert(all.end(), {0, 0xFF, 0x2F, 0});
    return all;
  }

 private:
  Score& event(int at, std::initializer_list<int> event) {
    int wait = at - now_;
    now_ = at;
    Bytes backwards{static_cast<std::uint8_t>(wait & 127)};
    while ((wait >>= 7) > 0) backwards.push_back(static_cast<std::uint8_t>(wait & 127) | 128);
    bytes_.insert(bytes_.end(), backwards.rbegin(), backwards.rend());
    for (const int byte : event) bytes_.push_back(static_cast<std::uint8_t>(byte));
    return *this;
  }

  Bytes bytes_{};
  int now_ = 0;
};

}  // namespace antiphon::aria_testing
