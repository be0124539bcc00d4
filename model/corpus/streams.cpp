#include "model/corpus/streams.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <string_view>

namespace antiphon {
namespace {

constexpr std::size_t kMostBars = 4096;

bool has(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != text.npos; });
}

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool isKeyboard(std::string_view name) {
  return has(name, {"piano", "klavier", "fortepian", "clavi", "cembalo", "keyboard"});
}

/// How many notes sound together, on the average, where any sounds.
double polyphony(const std::vector<GridNote>& notes) {
  std::size_t onsets = 0;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    onsets += i == 0 || notes[i].bar != notes[i - 1].bar || notes[i].pulse != notes[i - 1].pulse;
  }
  return onsets == 0 ? 0 : static_cast<double>(notes.size()) / static_cast<double>(onsets);
}

Part partOf(std::string_view name, bool drums, bool keyboard, const std::vector<GridNote>& notes) {
  if (drums) return Part::drums;
  if (keyboard) return Part::piano;
  if (has(name, {"chord"})) return Part::chords;
  if (has(name, {"melod", "voice", "gesang", "sing", "soprano", "canto"})) return Part::melody;
  if (has(name, {"bass", "ba\xC5\xBF", "cello", "contra", "fundam", "fagott"})) return Part::bass;
  double sum = 0;
  for (const GridNote& note : notes) sum += note.pitch;
  const double mean = sum / static_cast<double>(notes.size()), together = polyphony(notes);
  if (mean < 48 && together < 1.3) return Part::bass;
  if (together < 1.3) return Part::melody;
  return together < 1.9 ? Part::piano : Part::chords;
}

/// Where the bars of a file begin.
struct BarLines {
  std::vector<Meter> meters{};
  std::vector<std::int64_t> begins{};  // in pulses; one more than bars

  explicit BarLines(const MidiFile& file, std::int64_t end) {
    std::int64_t at = 0;
    std::size_t change = 0;
    Meter meter{};
    while (at < end && meters.size() < kMostBars) {
      while (change < file.meters.size() && file.meters[change].at * kPulsesPerQuarter / file.division <= at)
        meter = file.meters[change++].value;
      std::int64_t next = at + std::max(1, pulsesPerBar(meter));
      if (change < file.meters.size())
        next = std::min(next, std::max(at + 1, file.meters[change].at * kPulsesPerQuarter / file.division));
      const bool whole = speaksMeter(meter) && next - at == pulsesPerBar(meter);
      meters.push_back(whole ? meter : Meter{0, 4});  // cut short, or not spoken
      begins.push_back(at);
      at = next;
    }
    begins.push_back(at);
  }
  std::size_t barOf(std::int64_t pulse) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(begins, pulse) - begins.begin()) - 1;
  }
};

}  // namespace

Piece streamsOf(const MidiFile& file) {
  const auto pulse = [&](std::int64_t at) {
    return (at * kPulsesPerQuarter * 2 + file.division) / (2 * file.division);
  };
  std::int64_t end = 0;
  for (const FileTrack& track : file.tracks) {
    for (const FileNote& note : track.notes) end = std::max(end, pulse(note.at) + 1);
  }
  const BarLines lines{file, end};

  // One stream for each track and channel; for each keyboard, one in all.
  std::map<std::pair<std::size_t, int>, std::vector<GridNote>> voices;
  std::map<std::pair<std::size_t, int>, std::string> names;
  const auto keyboardKey = std::pair{file.tracks.size(), 0};
  for (std::size_t t = 0; t < file.tracks.size(); ++t) {
    const std::string trackName = lower(file.tracks[t].name);
    for (const FileNote& note : file.tracks[t].notes) {
      const bool keyboard = isKeyboard(trackName) && note.channel != kDrumChannel;
      const auto key = keyboard ? keyboardKey : std::pair{t, static_cast<int>(note.channel)};
      const std::int64_t at = pulse(note.at);
      const std::size_t bar = lines.barOf(at);
      if (bar >= lines.meters.size() || lines.meters[bar].beats == 0) continue;
      voices[key].push_back({static_cast<std::uint16_t>(bar), static_cast<std::uint8_t>(at - lines.begins[bar]),
                             note.pitch, static_cast<std::uint8_t>(lengthCode(pulse(note.at + note.length) - at)),
                             static_cast<std::uint8_t>(velocityCode(note.velocity))});
      names[key] = trackName;
    }
  }
  Piece piece{lines.meters, {}};
  for (auto& [key, notes] : voices) {
    makeCanonical(notes);
    piece.streams.push_back(
        {partOf(names[key], key.second == kDrumChannel, key == keyboardKey, notes), std::move(notes)});
  }
  return piece;
}

}  // namespace antiphon
