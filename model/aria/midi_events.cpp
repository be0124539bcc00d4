#include "model/aria/midi_events.hpp"

#include <algorithm>
#include <utility>

#include "model/midi_file.hpp"

namespace antiphon::aria {
namespace {

constexpr int kMostTracks = 1024;
constexpr std::int64_t kLatest = std::int64_t{1} << 40;  // ticks; keeps sums from overflowing

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
  int peek() const { return bytes_.empty() ? -1 : bytes_.front(); }
  int byte() { return take(1).front(); }
  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const std::uint8_t next : take(size)) value = value << 8 | next;
    return value;
  }
  std::uint32_t variable() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const int next = byte();
      value = value << 7 | (static_cast<std::uint32_t>(next) & 0x7Fu);
      if (next < 0x80) return value;
    }
    fail("a number in the MIDI file is too long");
  }

 private:
  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
};

class Track {
 public:
  Track(Bytes in, Events& events) : in_{in}, events_{events}, down_(kChannels * 128) {}

  void read() {
    while (in_.left() > 0 && !ended_) {
      now_ = std::min(kLatest, now_ + in_.variable());
      event();
    }
  }

 private:
  struct Struck {
    std::int64_t at = 0;
    std::uint8_t velocity = 0;
  };

  void event() {
    int status = status_;
    if (in_.peek() >= 0x80) status = in_.byte();
    if (status == 0xFF) return meta();
    if (status == 0xF0 || status == 0xF7) {
      in_.take(in_.variable());
      return;
    }
    if (status < 0x80) in_.fail("the MIDI file has data where an event should be");
    if (status >= 0xF0) in_.fail("the MIDI file has an event that no file may have");
    status_ = status;
    const int kind = status & 0xF0;
    const auto channel = static_cast<std::uint8_t>(status & 0x0F);
    const int first = in_.byte() & 0x7F, second = kind == 0xC0 || kind == 0xD0 ? 0 : in_.byte() & 0x7F;
    if (kind == 0xC0) events_.programs.push_back({now_, first, channel});
    if (kind == 0xB0 && first == 64) events_.pedals.push_back({now_, second, channel});
    if (kind != 0x80 && kind != 0x90) return;
    auto& down = down_[static_cast<std::size_t>(channel * 128 + first)];
    if (kind == 0x90 && second > 0) down.push_back({now_, static_cast<std::uint8_t>(second)});
    else end(down, channel, static_cast<std::uint8_t>(first));
  }

  /// A key struck at the very moment of its end belongs to what comes next, unless nothing else was there to be ended.
  void end(std::vector<Struck>& down, std::uint8_t channel, std::uint8_t pitch) {
    std::vector<Struck> staying;
    for (const Struck& note : down) {
      if (note.at == now_) staying.push_back(note);
      else events_.notes.push_back({note.at, now_, pitch, note.velocity, channel});
    }
    if (staying.size() == down.size()) staying.clear();
    down = std::move(staying);
  }

  void meta() {
    const int kind = in_.byte();
    const auto data = in_.take(in_.variable());
    if (kind == 0x2F) ended_ = true;
    if (kind != 0x51 || data.size() != 3) return;
    const int micros = data[0] << 16 | data[1] << 8 | data[2];
    if (micros > 0) events_.tempos.push_back({now_, micros, 0});
  }

  Bytes in_;
  Events& events_;
  std::vector<std::vector<Struck>> down_;  // of each channel and key
  std::int64_t now_ = 0;
  int status_ = 0;  // of the last event that belonged to a channel
  bool ended_ = false;
};

}  // namespace

Events midiEvents(std::span<const std::uint8_t> bytes, const std::string& name) {
  Bytes in{bytes, name};
  if (in.left() < 14 || in.number(4) != 0x4D546864) in.fail("not a MIDI file");
  const std::uint32_t size = in.number(4);
  if (size < 6) in.fail("not a MIDI file");
  const std::uint32_t format = in.number(2), tracks = in.number(2), division = in.number(2);
  in.take(size - 6);
  if (format > 1) in.fail("a MIDI file of format " + std::to_string(format) + "; formats 0 and 1 can be read");
  if (division == 0 || division >= 0x8000)
    in.fail("a MIDI file that counts in film frames; one that counts in beats is needed");
  if (tracks > kMostTracks) in.fail("a MIDI file with more than " + std::to_string(kMostTracks) + " tracks");
  Events events;
  events.division = static_cast<int>(division);
  for (int read = 0; in.left() >= 8;) {
    const std::uint32_t kind = in.number(4);
    const Bytes chunk = in.part(in.number(4));
    if (kind != 0x4D54726B) continue;  // chunks of other kinds may be passed over
    if (++read > kMostTracks) in.fail("a MIDI file with more than " + std::to_string(kMostTracks) + " tracks");
    Track{chunk, events}.read();
  }
  for (auto* list : {&events.tempos, &events.programs, &events.pedals}) std::ranges::stable_sort(*list, {}, &Event::at);
  std::ranges::stable_sort(events.notes, {}, &Sounded::at);
  return events;
}

}  // namespace antiphon::aria
