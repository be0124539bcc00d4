// Turns the packets that a MIDI system delivers into messages, and counts what it had to drop.
#pragma once

#include <cstdint>
#include <span>

#include "scheduler/midi_message.hpp"

namespace antiphon {

/// Bytes that could not be used, by what was wrong with them.
struct MidiFaults {
  std::uint64_t truncated = 0;  // a message whose data bytes are missing
  std::uint64_t stray = 0;      // data bytes with no status before them, undefined status bytes
  std::uint64_t sysex = 0;      // system exclusive messages: passed over

  std::uint64_t all() const { return truncated + stray + sysex; }
};

/// A packet holds whole messages, as every MIDI system of today delivers them. So running status holds inside a packet
/// and not across packets: data bytes at the head of a packet are the rest of something lost, and to guess a note
/// from them would play what nobody played. System exclusive may span packets; clock bytes may stand inside anything.
class MidiParser {
 public:
  /// Calls `take(const MidiMessage&)` for each message in order. Realtime: yes.
  template <typename Take>
  void parse(std::span<const std::uint8_t> packet, Take&& take) {
    running_ = 0;
    pending_.size = 0;
    for (const std::uint8_t byte : packet) {
      if (byte >= 0xF8) {  // real-time bytes stand outside the rest of the stream
        if (byte == 0xF9 || byte == 0xFD) ++faults_.stray;
        else take(MidiMessage::of(byte));
      } else if (accept(byte)) {
        take(pending_);
        pending_.size = 0;
      }
    }
    if (pending_.size > 0) ++faults_.truncated;
  }

  const MidiFaults& faults() const { return faults_; }

 private:
  /// True when the byte completes the pending message.
  bool accept(std::uint8_t byte);

  MidiMessage pending_{};
  std::uint8_t running_ = 0;  // the status that data bytes without one belong to; 0: none
  bool inSysex_ = false;
  MidiFaults faults_{};
};

}  // namespace antiphon
