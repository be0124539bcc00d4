#include "model/midi_file.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <tuple>
#include <utility>

namespace antiphon {
namespace {

/// A key struck again while it is down ends the note before it; what is never ended ends with its track.
class Transcript final : public MidiFileListener {
 public:
  MidiFile file{};

  void trackBegins() override {
    track_ = {};
    open_.fill({});
  }
  void channelEvent(std::int64_t at, std::uint8_t status, std::uint8_t first, std::uint8_t second) override {
    const int kind = status & 0xF0, channel = status & 0x0F;
    if (kind != 0x80 && kind != 0x90) return;
    close(channel, first, at);
    if (kind == 0x90 && second > 0) open_[index(channel, first)] = {at, second};
  }
  void metaEvent(std::int64_t at, std::uint8_t kind, std::span<const std::uint8_t> data) override {
    if (kind == 0x03 && track_.name.empty())
      track_.name.assign(data.begin(),
                         data.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(data.size(), 200)));
    if (kind == 0x51 && data.size() == 3) {
      const int micros = data[0] << 16 | data[1] << 8 | data[2];
      if (micros > 0) file.tempos.push_back({at, Tempo::bpm(60e6 / micros)});
    }
    if (kind == 0x58 && data.size() >= 2 && data[0] > 0 && data[1] <= 5) {
      file.meters.push_back({at, Meter{data[0], 1 << data[1]}});
    }
  }
  void trackEnds(std::int64_t at) override {
    for (int key = 0; key < 16 * 128; ++key) close(key / 128, key % 128, at);
    file.end = std::max(file.end, at);
    std::ranges::stable_sort(track_.notes, {}, [](const FileNote& n) { return std::tuple{n.at, n.pitch}; });
    if (!track_.notes.empty()) file.tracks.push_back(std::move(track_));
  }

 private:
  struct Sounding {
    std::int64_t since = -1;
    std::uint8_t velocity = 0;
  };

  static std::size_t index(int channel, int key) { return static_cast<std::size_t>(channel * 128 + key); }
  void close(int channel, int key, std::int64_t at) {
    Sounding& sounding = open_[index(channel, key)];
    if (sounding.since < 0) return;
    track_.notes.push_back({sounding.since, std::max<std::int64_t>(1, at - sounding.since),
                            static_cast<std::uint8_t>(key), sounding.velocity, static_cast<std::uint8_t>(channel)});
    sounding.since = -1;
  }

  FileTrack track_{};
  std::array<Sounding, 16 * 128> open_{};
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
  Transcript transcript;
  const int division = hearMidiFile(bytes, name, transcript);
  MidiFile& file = transcript.file;
  file.division = division;
  const auto byTime = [](const auto& change) { return change.at; };
  std::ranges::stable_sort(file.meters, {}, byTime);
  std::ranges::stable_sort(file.tempos, {}, byTime);
  if (file.meters.empty() || file.meters.front().at > 0) file.meters.insert(file.meters.begin(), {0, Meter{}});
  return std::move(file);
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
