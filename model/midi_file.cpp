#include "model/midi_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <tuple>

namespace antiphon {
namespace {

constexpr int kMostTracks = 1024;
constexpr std::int64_t kLatest = std::int64_t{1} << 40;  // no piece lasts that long; keeps sums from overflowing

/// Bytes in order. Reading past the end throws, with the file's name.
class Reader {
 public:
  Reader(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_{bytes}, name_{name} {}

  bool done() const { return at_ >= bytes_.size(); }
  std::size_t left() const { return bytes_.size() - at_; }
  [[noreturn]] void fail(const std::string& what) const { throw MidiFileError{name_ + ": " + what}; }

  std::uint8_t byte() {
    if (done()) fail("the MIDI file breaks off");
    return bytes_[at_++];
  }
  std::uint8_t peek() const {
    if (done()) fail("the MIDI file breaks off");
    return bytes_[at_];
  }
  std::uint32_t number(int size) {
    std::uint32_t value = 0;
    for (int i = 0; i < size; ++i) value = (value << 8) | byte();
    return value;
  }
  std::uint32_t variable() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const std::uint8_t next = byte();
      value = (value << 7) | (next & 0x7Fu);
      if (next < 0x80) return value;
    }
    fail("a number in the MIDI file is too long");
  }
  std::span<const std::uint8_t> take(std::size_t size) {
    if (size > left()) fail("the MIDI file breaks off");
    const auto part = bytes_.subspan(at_, size);
    at_ += size;
    return part;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
  std::size_t at_ = 0;
};

/// Reads one track chunk. A key struck again while it is down ends the note before it.
class TrackReader {
 public:
  TrackReader(Reader reader, MidiFile& file) : in_{reader}, file_{file} {}

  FileTrack read() {
    while (!in_.done() && !ended_) {
      now_ = std::min(kLatest, now_ + in_.variable());
      event();
    }
    for (int key = 0; key < 16 * 128; ++key) close(key / 128, key % 128);
    file_.end = std::max(file_.end, now_);
    std::ranges::stable_sort(track_.notes, {}, [](const FileNote& n) { return std::tuple{n.at, n.pitch}; });
    return std::move(track_);
  }

 private:
  struct Sounding {
    std::int64_t since = -1;
    std::uint8_t velocity = 0;
  };

  void event() {
    if (in_.peek() >= 0x80) status_ = in_.byte();
    else if (status_ < 0x80 || status_ >= 0xF0) in_.fail("the MIDI file has data where an event should be");
    if (status_ == 0xFF) return meta();
    if (status_ == 0xF0 || status_ == 0xF7) {
      in_.take(in_.variable());
      return;
    }
    if (status_ >= 0xF0) in_.fail("the MIDI file has an event that no file may have");
    const int kind = status_ & 0xF0, channel = status_ & 0x0F;
    const int first = in_.byte() & 0x7F;
    const int second = kind == 0xC0 || kind == 0xD0 ? 0 : in_.byte() & 0x7F;
    if (kind == 0x90 && second > 0) {
      close(channel, first);
      open_[index(channel, first)] = {now_, static_cast<std::uint8_t>(second)};
    } else if (kind == 0x80 || kind == 0x90) {
      close(channel, first);
    }
  }

  void meta() {
    const int kind = in_.byte();
    const auto data = in_.take(in_.variable());
    status_ = 0;
    if (kind == 0x2F) ended_ = true;
    if (kind == 0x03 && track_.name.empty())
      track_.name.assign(data.begin(),
                         data.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(data.size(), 200)));
    if (kind == 0x51 && data.size() == 3) {
      const int micros = data[0] << 16 | data[1] << 8 | data[2];
      if (micros > 0) file_.tempos.push_back({now_, Tempo::bpm(60e6 / micros)});
    }
    if (kind == 0x58 && data.size() >= 2 && data[0] > 0 && data[1] <= 5) {
      file_.meters.push_back({now_, Meter{data[0], 1 << data[1]}});
    }
  }

  static std::size_t index(int channel, int key) { return static_cast<std::size_t>(channel * 128 + key); }
  void close(int channel, int key) {
    Sounding& sounding = open_[index(channel, key)];
    if (sounding.since < 0) return;
    track_.notes.push_back({sounding.since, std::max<std::int64_t>(1, now_ - sounding.since),
                            static_cast<std::uint8_t>(key), sounding.velocity, static_cast<std::uint8_t>(channel)});
    sounding.since = -1;
  }

  Reader in_;
  MidiFile& file_;
  FileTrack track_{};
  std::array<Sounding, 16 * 128> open_{};
  std::int64_t now_ = 0;
  std::uint8_t status_ = 0;
  bool ended_ = false;
};

}  // namespace

Meter MidiFile::meterAt(std::int64_t at) const {
  Meter meter{};
  for (const auto& change : meters) {
    if (change.at > at) break;
    meter = change.value;
  }
  return meter;
}

std::optional<Tempo> MidiFile::tempo() const {
  if (tempos.empty()) return std::nullopt;
  return tempos.front().value;
}

MidiFile parseMidiFile(std::span<const std::uint8_t> bytes, const std::string& name) {
  Reader in{bytes, name};
  if (bytes.size() < 14 || in.number(4) != 0x4D546864) in.fail("not a MIDI file");
  const std::uint32_t size = in.number(4);
  if (size < 6) in.fail("not a MIDI file");
  const std::uint32_t format = in.number(2), tracks = in.number(2), division = in.number(2);
  in.take(size - 6);
  if (format > 1) in.fail("a MIDI file of format " + std::to_string(format) + "; formats 0 and 1 can be read");
  if (division == 0 || division >= 0x8000)
    in.fail("a MIDI file that counts in film frames; one that counts in beats is needed");
  if (tracks > kMostTracks) in.fail("a MIDI file with more than " + std::to_string(kMostTracks) + " tracks");

  MidiFile file;
  file.division = static_cast<int>(division);
  while (in.left() >= 8) {
    const std::uint32_t kind = in.number(4);
    const auto data = in.take(in.number(4));
    if (kind != 0x4D54726B) continue;  // chunks of other kinds may be passed over
    FileTrack track = TrackReader{Reader{data, name}, file}.read();
    if (!track.notes.empty()) file.tracks.push_back(std::move(track));
    if (file.tracks.size() > kMostTracks) in.fail("a MIDI file with too many tracks");
  }
  const auto byTime = [](const auto& change) { return change.at; };
  std::ranges::stable_sort(file.meters, {}, byTime);
  std::ranges::stable_sort(file.tempos, {}, byTime);
  if (file.meters.empty() || file.meters.front().at > 0) file.meters.insert(file.meters.begin(), {0, Meter{}});
  return file;
}

MidiFile readMidiFile(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in || std::filesystem::is_directory(path)) throw MidiFileError{path.string() + ": cannot be read"};
  std::vector<std::uint8_t> bytes;
  bytes.assign(std::istreambuf_iterator<char>{in}, {});
  if (bytes.size() > kLargestMidiFile) throw MidiFileError{path.string() + ": too large for a MIDI file"};
  return parseMidiFile(bytes, path.string());
}

}  // namespace antiphon
