// One MIDI message of up to three bytes, and nothing else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace antiphon {

/// A complete message. System exclusive never becomes one: nobody here has a use for it.
struct MidiMessage {
  std::array<std::uint8_t, 3> bytes{};
  std::uint8_t size = 0;

  friend constexpr bool operator==(const MidiMessage&, const MidiMessage&) = default;

  constexpr std::span<const std::uint8_t> view() const { return {bytes.data(), size}; }
  constexpr std::uint8_t status() const { return bytes[0]; }
  constexpr bool isChannelMessage() const { return bytes[0] >= 0x80 && bytes[0] < 0xF0; }
  constexpr std::uint8_t kind() const { return isChannelMessage() ? bytes[0] & 0xF0 : bytes[0]; }
  constexpr std::uint8_t channel() const { return bytes[0] & 0x0F; }
  constexpr std::uint8_t data1() const { return bytes[1]; }
  constexpr std::uint8_t data2() const { return bytes[2]; }
  constexpr bool isNoteOn() const { return kind() == 0x90 && bytes[2] > 0; }
  /// A note-on with velocity 0 is a note-off.
  constexpr bool isNoteOff() const { return kind() == 0x80 || (kind() == 0x90 && bytes[2] == 0); }
  constexpr bool isController(std::uint8_t number) const { return kind() == 0xB0 && bytes[1] == number; }

  static constexpr MidiMessage of(std::uint8_t status) { return {{status, 0, 0}, 1}; }
  static constexpr MidiMessage noteOn(std::uint8_t channel, std::uint8_t pitch, std::uint8_t velocity) {
    return {{static_cast<std::uint8_t>(0x90 | channel), pitch, velocity}, 3};
  }
  static constexpr MidiMessage noteOff(std::uint8_t channel, std::uint8_t pitch) {
    return {{static_cast<std::uint8_t>(0x80 | channel), pitch, 0}, 3};
  }
  static constexpr MidiMessage controller(std::uint8_t channel, std::uint8_t number, std::uint8_t value) {
    return {{static_cast<std::uint8_t>(0xB0 | channel), number, value}, 3};
  }
  static constexpr MidiMessage songPosition(std::uint16_t units) {
    return {{0xF2, static_cast<std::uint8_t>(units & 0x7F), static_cast<std::uint8_t>((units >> 7) & 0x7F)}, 3};
  }
};

namespace midi {
inline constexpr std::uint8_t kSongPosition = 0xF2;
inline constexpr std::uint8_t kClock = 0xF8;
inline constexpr std::uint8_t kStart = 0xFA;
inline constexpr std::uint8_t kContinue = 0xFB;
inline constexpr std::uint8_t kStop = 0xFC;
inline constexpr std::uint8_t kSustain = 64;
inline constexpr std::uint8_t kAllSoundOff = 120;
inline constexpr std::uint8_t kAllNotesOff = 123;
}  // namespace midi

}  // namespace antiphon
