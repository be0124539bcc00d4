// One track of a Standard MIDI File, encoded as its events come.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "scheduler/meter.hpp"
#include "scheduler/midi_message.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// The bytes are encoded once and only ever added to. Time never goes back in it, and every note-on has its
/// note-off: a note struck again is released first, a release of nothing is left out.
class TrackBytes {
 public:
  using Bytes = std::vector<std::uint8_t>;

  explicit TrackBytes(std::string_view name);

  void setMeter(Tick at, Meter meter);
  void setTempo(Tick at, Tempo tempo);
  /// False when it is no message for a file, and nothing was added.
  bool message(Tick at, const MidiMessage& message);
  /// Releases what sounds and lifts the pedals.
  void letGo(Tick at);

  /// What completes the bytes so far: sounding notes and pedals are let go at `now`, the track ends at `end`.
  Bytes ending(Tick now, Tick end) const;
  const Bytes& bytes() const { return bytes_; }
  /// What goes before the bytes when an ending of that size goes after them.
  std::array<std::uint8_t, 8> chunkHead(std::size_t endingSize) const;
  bool sounding() const { return sounding_ > 0 || pedals_.any(); }

 private:
  using Keys = std::bitset<128>;

  void meta(Tick at, std::uint8_t type, std::span<const std::uint8_t> data);
  void appendLetGo(Bytes& bytes, Tick& last, Tick at) const;
  void release(Tick at, const MidiMessage& noteOff);

  Bytes bytes_;
  Tick last_{};
  std::array<Keys, 16> keys_{};
  std::size_t sounding_ = 0;
  std::bitset<16> pedals_{};
};

}  // namespace antiphon
