#include "model/midi_bytes.hpp"

#include <algorithm>

namespace antiphon {
namespace {

constexpr int kMostTracks = 1024;
constexpr std::int64_t kLatest = std::int64_t{1} << 40;  // no piece lasts that long; keeps sums from overflowing
constexpr std::uint32_t kHeader = 0x4D546864, kTrack = 0x4D54726B;

/// Bytes in order. Reading past the end throws, with the file's name.
class Bytes {
 public:
  Bytes(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_{bytes}, name_{name} {}

  std::size_t left() const { return bytes_.size(); }
  [[noreturn]] void fail(const std::string& what) const { throw MidiFileError{name_ + ": " + what}; }
  std::span<const std::uint8_t> take(std::size_t size) {
    if (size > bytes_.size()) fail("the MIDI file breaks off");
    const auto part = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return part;
  }
  Bytes part(std::size_t size) { return Bytes{take(size), name_}; }
  bool statusNext() const { return !bytes_.empty() && bytes_.front() >= 0x80; }
  std::uint8_t byte() { return take(1).front(); }
  std::uint8_t data() { return byte() & 0x7F; }
  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const std::uint8_t next : take(size)) value = value << 8 | next;
    return value;
  }
  std::uint32_t variable() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const std::uint8_t next = byte();
      value = value << 7 | (next & 0x7Fu);
      if (next < 0x80) return value;
    }
    fail("a number in the MIDI file is too long");
  }

 private:
  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
};

void hearTrack(Bytes in, MidiFileListener& listener) {
  constexpr std::uint8_t kMeta = 0xFF, kEndOfTrack = 0x2F;
  std::int64_t now = 0;
  std::uint8_t running = 0;
  listener.trackBegins();
  while (in.left() > 0) {
    now = std::min(kLatest, now + in.variable());
    const std::uint8_t status = in.statusNext() ? in.byte() : running;
    if (status == kMeta) {
      const std::uint8_t kind = in.byte();
      const auto data = in.take(in.variable());
      if (kind == kEndOfTrack) break;
      listener.metaEvent(now, kind, data);
    } else if (status == 0xF0 || status == 0xF7) {
      in.take(in.variable());
    } else if (status < 0x80) {
      in.fail("the MIDI file has data where an event should be");
    } else if (status >= 0xF0) {
      in.fail("the MIDI file has an event that no file may have");
    } else {
      running = status;
      const int kind = status & 0xF0;
      const std::uint8_t first = in.data();
      listener.channelEvent(now, status, first, kind == 0xC0 || kind == 0xD0 ? std::uint8_t{0} : in.data());
    }
  }
  listener.trackEnds(now);
}

}  // namespace

int hearMidiFile(std::span<const std::uint8_t> bytes, const std::string& name, MidiFileListener& listener) {
  Bytes in{bytes, name};
  if (in.left() < 14 || in.number(4) != kHeader) in.fail("not a MIDI file");
  const std::uint32_t size = in.number(4);
  if (size < 6) in.fail("not a MIDI file");
  const std::uint32_t format = in.number(2), tracks = in.number(2), division = in.number(2);
  in.take(size - 6);
  if (format > 1) in.fail("a MIDI file of format " + std::to_string(format) + "; formats 0 and 1 can be read");
  if (division == 0 || division >= 0x8000)
    in.fail("a MIDI file that counts in film frames; one that counts in beats is needed");
  if (tracks > kMostTracks) in.fail("a MIDI file with more than " + std::to_string(kMostTracks) + " tracks");
  for (int read = 0; in.left() >= 8;) {
    const std::uint32_t kind = in.number(4);
    const Bytes chunk = in.part(in.number(4));
    if (kind != kTrack) continue;  // chunks of other kinds may be passed over
    if (++read > kMostTracks) in.fail("a MIDI file with more than " + std::to_string(kMostTracks) + " tracks");
    hearTrack(chunk, listener);
  }
  return static_cast<int>(division);
}

}  // namespace antiphon
