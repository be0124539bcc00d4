#include "model/aria/midi_events.hpp"

#include <algorithm>
#include <utility>

#include "model/midi_bytes.hpp"

namespace antiphon::aria {
namespace {

class Transcript final : public MidiFileListener {
 public:
  Events events{};

  void trackBegins() override { down_.assign(kChannels * 128, {}); }
  void channelEvent(std::int64_t at, std::uint8_t status, std::uint8_t first, std::uint8_t second) override {
    const int kind = status & 0xF0;
    const auto channel = static_cast<std::uint8_t>(status & 0x0F);
    if (kind == 0xC0) events.programs.push_back({at, first, channel});
    if (kind == 0xB0 && first == 64) events.pedals.push_back({at, second, channel});
    if (kind != 0x80 && kind != 0x90) return;
    auto& down = down_[static_cast<std::size_t>(channel * 128 + first)];
    if (kind == 0x90 && second > 0) down.push_back({at, second});
    else end(down, at, channel, first);
  }
  void metaEvent(std::int64_t at, std::uint8_t kind, std::span<const std::uint8_t> data) override {
    if (kind != 0x51 || data.size() != 3) return;
    const int micros = data[0] << 16 | data[1] << 8 | data[2];
    if (micros > 0) events.tempos.push_back({at, micros, 0});
  }

 private:
  struct Struck {
    std::int64_t at = 0;
    std::uint8_t velocity = 0;
  };

  /// A key struck at the very moment of its end belongs to what comes next, unless nothing else was there to be ended.
  void end(std::vector<Struck>& down, std::int64_t now, std::uint8_t channel, std::uint8_t pitch) {
    std::vector<Struck> staying;
    for (const Struck& note : down) {
      if (note.at == now) staying.push_back(note);
      else events.notes.push_back({note.at, now, pitch, note.velocity, channel});
    }
    if (staying.size() == down.size()) staying.clear();
    down = std::move(staying);
  }

  std::vector<std::vector<Struck>> down_{};  // of each channel and key
};

}  // namespace

Events midiEvents(std::span<const std::uint8_t> bytes, const std::string& name) {
  Transcript transcript;
  const int division = hearMidiFile(bytes, name, transcript);
  Events& events = transcript.events;
  events.division = division;
  for (auto* list : {&events.tempos, &events.programs, &events.pedals}) std::ranges::stable_sort(*list, {}, &Event::at);
  std::ranges::stable_sort(events.notes, {}, &Sounded::at);
  return std::move(events);
}

}  // namespace antiphon::aria
