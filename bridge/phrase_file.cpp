#include "bridge/phrase_file.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <tuple>

#include "bridge/track_bytes.hpp"
#include "scheduler/pedals.hpp"

namespace antiphon {
namespace {

TrackBytes trackOf(const NamedPhrase& named) {
  enum class Order { release, pedalUp, strike, pedalDown };  // at one moment, as the outbox has it
  struct Event {
    Tick at;
    Order order;
    MidiMessage message;
  };
  std::vector<Event> events;
  for (const Note& note : named.phrase.notes) {
    events.push_back({note.tick, Order::strike, MidiMessage::noteOn(note.channel, note.pitch, note.velocity)});
    events.push_back({note.end(), Order::release, MidiMessage::noteOff(note.channel, note.pitch)});
  }
  Pedals pedals;
  for (const Pedal& pedal : named.phrase.pedals) pedals.add(pedal);
  pedals.lift(named.phrase.length());
  while (pedals.next()) {
    const auto pedal = pedals.take();
    if (!pedal) continue;
    const auto message = MidiMessage::controller(pedal->channel, midi::kSustain, pedal->down ? 127 : 0);
    events.push_back({pedal->tick, pedal->down ? Order::pedalDown : Order::pedalUp, message});
  }
  std::ranges::stable_sort(events, {}, [](const Event& e) { return std::tuple{e.at, e.order}; });
  TrackBytes track{named.name};
  if (named.program && !named.phrase.notes.empty()) {
    const auto status = static_cast<std::uint8_t>(0xC0 | named.phrase.notes.front().channel);
    track.message({}, MidiMessage{{status, *named.program, 0}, 2});
  }
  for (const Event& e : events) track.message(named.begins + e.at, e.message);
  return track;
}

}  // namespace

std::string phraseFile(Meter meter, Tempo tempo, const std::vector<NamedPhrase>& phrases) {
  Tick end{};
  for (const NamedPhrase& named : phrases) {
    end = std::max(end, named.begins + named.phrase.length());
    for (const Note& note : named.phrase.notes) end = std::max(end, named.begins + note.end());
  }
  std::vector<TrackBytes> tracks{TrackBytes{"Antiphon"}};
  tracks.front().setMeter({}, meter);
  tracks.front().setTempo({}, tempo);
  for (const NamedPhrase& named : phrases) tracks.push_back(trackOf(named));

  std::string file;
  const auto put = [&](std::span<const std::uint8_t> bytes) { file.append(bytes.begin(), bytes.end()); };
  put(std::array<std::uint8_t, 14>{'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 1, 0, static_cast<std::uint8_t>(tracks.size()),
                                   static_cast<std::uint8_t>(kQuarter.count >> 8),
                                   static_cast<std::uint8_t>(kQuarter.count & 0xFF)});
  for (const TrackBytes& track : tracks) {
    const auto ending = track.ending(end, ceilTo(end, meter.bar()));
    put(track.chunkHead(ending.size()));
    put(track.bytes());
    put(ending);
  }
  return file;
}

void writePhraseFile(const std::filesystem::path& path, Meter meter, Tempo tempo,
                     const std::vector<NamedPhrase>& phrases) {
  const std::string file = phraseFile(meter, tempo, phrases);
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  out.write(file.data(), static_cast<std::streamsize>(file.size()));
  out.close();
  if (!out) throw std::runtime_error{path.string() + " cannot be written."};
}

}  // namespace antiphon
