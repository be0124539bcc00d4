#include "bridge/phrase_file.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <tuple>

#include "bridge/track_bytes.hpp"

namespace antiphon {
namespace {

TrackBytes trackOf(const NamedPhrase& named) {
  struct Event {
    Tick at;
    bool on;
    Note note;
  };
  std::vector<Event> events;
  for (const Note& note : named.phrase.notes) {
    events.push_back({named.begins + note.tick, true, note});
    events.push_back({named.begins + note.end(), false, note});
  }
  std::ranges::stable_sort(events, {}, [](const Event& e) { return std::tuple{e.at, e.on}; });
  TrackBytes track{named.name};
  for (const Event& e : events) {
    track.message(e.at, e.on ? MidiMessage::noteOn(e.note.channel, e.note.pitch, e.note.velocity)
                             : MidiMessage::noteOff(e.note.channel, e.note.pitch));
  }
  return track;
}

}  // namespace

void writePhraseFile(const std::filesystem::path& path, Meter meter, Tempo tempo,
                     const std::vector<NamedPhrase>& phrases) {
  Tick end{};
  for (const NamedPhrase& named : phrases) {
    end = std::max(end, named.begins + named.phrase.length());
    for (const Note& note : named.phrase.notes) end = std::max(end, named.begins + note.end());
  }
  std::vector<TrackBytes> tracks{TrackBytes{"Antiphon"}};
  tracks.front().setMeter({}, meter);
  tracks.front().setTempo({}, tempo);
  for (const NamedPhrase& named : phrases) tracks.push_back(trackOf(named));

  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  const auto put = [&](std::span<const std::uint8_t> bytes) {
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  };
  put(std::array<std::uint8_t, 14>{'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 1, 0, static_cast<std::uint8_t>(tracks.size()),
                                   static_cast<std::uint8_t>(kQuarter.count >> 8),
                                   static_cast<std::uint8_t>(kQuarter.count & 0xFF)});
  for (const TrackBytes& track : tracks) {
    const auto ending = track.ending(end, ceilTo(end, meter.bar()));
    put(track.chunkHead(ending.size()));
    put(track.bytes());
    put(ending);
  }
  out.close();
  if (!out) throw std::runtime_error{path.string() + " cannot be written."};
}

}  // namespace antiphon
