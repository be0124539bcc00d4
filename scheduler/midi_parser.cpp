#include "scheduler/midi_parser.hpp"

namespace antiphon {
namespace {

/// How many bytes a message with this status has; 0 where MIDI defines none.
int lengthOf(std::uint8_t status) {
  switch (status & 0xF0) {
    case 0xC0:
    case 0xD0: return 2;
    case 0xF0: break;
    default: return 3;
  }
  switch (status) {
    case 0xF1:
    case 0xF3: return 2;
    case 0xF2: return 3;
    case 0xF6: return 1;
    default: return 0;
  }
}

}  // namespace

bool MidiParser::accept(std::uint8_t byte) {
  if (byte < 0x80) {
    if (inSysex_) return false;
    if (pending_.size == 0) {
      if (running_ == 0) {
        ++faults_.stray;
        return false;
      }
      pending_ = MidiMessage::of(running_);
    }
    pending_.bytes[pending_.size++] = byte;
    return pending_.size == lengthOf(pending_.status());
  }

  if (pending_.size > 0) ++faults_.truncated;
  pending_.size = 0;
  const bool endsSysex = inSysex_ && byte == 0xF7;
  inSysex_ = false;
  running_ = 0;
  if (endsSysex) return false;
  if (byte == 0xF0) {
    inSysex_ = true;
    ++faults_.sysex;
    return false;
  }
  const int length = lengthOf(byte);
  if (length == 0) {
    ++faults_.stray;
    return false;
  }
  pending_ = MidiMessage::of(byte);
  if (byte < 0xF0) running_ = byte;
  return length == 1;
}

}  // namespace antiphon
