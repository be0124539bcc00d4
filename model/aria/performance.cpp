#include "model/aria/performance.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <optional>

#include "model/aria/midi_events.hpp"
#include "model/tokens/phrase.hpp"

namespace antiphon {
namespace {

using aria::Event;
using aria::Events;
using aria::kChannels;
using aria::Sounded;

constexpr std::int64_t kLongest = 86'400'000;  // ms
constexpr int kUsualTempo = 500'000;           // microseconds to the quarter

/// Where the file's ticks lie in time.
class Clock {
 public:
  explicit Clock(const Events& events) : division_{events.division}, tempos_{events.tempos} {
    if (tempos_.empty()) tempos_.push_back({0, kUsualTempo, 0});
    reached_.push_back(0);
    for (std::size_t i = 1; i < tempos_.size(); ++i) {
      reached_.push_back(reached_[i - 1] + seconds(tempos_[i].at - tempos_[i - 1].at, tempos_[i - 1]));
    }
  }

  /// From one tick to a later one, in whole milliseconds; halves go to the even one.
  std::int64_t between(std::int64_t from, std::int64_t to) const {
    const std::size_t first = before(from), last = before(to);
    if (first == last) return rounded(seconds(to - from, tempos_[first]));
    double sum = seconds(tempos_[first + 1].at - from, tempos_[first]);
    // Few tempos are added one by one, so that a half stays a half.
    if (last - first <= 64) {
      for (std::size_t i = first + 1; i < last; ++i) sum += seconds(tempos_[i + 1].at - tempos_[i].at, tempos_[i]);
    } else {
      sum += reached_[last] - reached_[first + 1];
    }
    return rounded(sum + seconds(to - tempos_[last].at, tempos_[last]));
  }

 private:
  static std::int64_t rounded(double seconds) { return static_cast<std::int64_t>(std::nearbyint(seconds * 1e3)); }
  double seconds(std::int64_t ticks, const Event& tempo) const {
    return static_cast<double>(ticks) * (tempo.value * 1e-6 / division_);
  }
  /// The tempo that holds at a tick.
  std::size_t before(std::int64_t tick) const {
    const auto next = std::ranges::upper_bound(tempos_, tick, {}, &Event::at);
    return next == tempos_.begin() ? 0 : static_cast<std::size_t>(next - tempos_.begin()) - 1;
  }

  int division_;
  std::vector<Event> tempos_;
  std::vector<double> reached_{};  // seconds from the first tempo to each
};

/// Programs by families of eight; six families are unknown to Aria.
std::optional<AriaInstrument> instrumentOf(int program) {
  const int family = program / 8;
  if (family == 1 || family > 10) return std::nullopt;
  return static_cast<AriaInstrument>(family == 0 ? 0 : family - 1);
}

using Channels = std::array<std::optional<AriaInstrument>, kChannels>;

/// What each channel plays. Takes out the notes of channels that cannot be told.
Channels channelsOf(Events& events) {
  Channels channels{};
  std::array<bool, kChannels> unknown{};
  if (events.programs.empty()) channels[0] = AriaInstrument::piano;
  for (const Event& program : events.programs) {
    if (program.channel == kDrumChannel) continue;
    const auto instrument = instrumentOf(program.value);
    channels[program.channel] = instrument;
    if (!instrument) unknown[program.channel] = true;
  }
  for (std::size_t i = 0; i < kChannels; ++i) {
    if (unknown[i]) channels[i].reset();
  }
  std::erase_if(events.notes, [&](const Sounded& note) { return unknown[note.channel]; });
  for (const Sounded& note : events.notes) {
    auto& instrument = channels[note.channel];
    if (note.channel == kDrumChannel) instrument = AriaInstrument::drum;
    else if (!instrument) instrument = AriaInstrument::piano;
  }
  return channels;
}

struct Span {
  std::int64_t from = 0, to = 0;
};
using Pedals = std::array<std::vector<Span>, kChannels>;

/// When the sustain pedal is down. One that is never lifted is lifted where the last note to begin ends.
Pedals pedalsOf(const Events& events) {
  Pedals pedals{};
  std::array<std::int64_t, kChannels> since{};
  since.fill(-1);
  const auto lift = [&](std::size_t channel, std::int64_t at) {
    if (since[channel] >= 0 && at > since[channel]) pedals[channel].push_back({since[channel], at});
    since[channel] = -1;
  };
  for (const Event& pedal : events.pedals) {
    if (pedal.value < 64) lift(pedal.channel, pedal.at);
    else if (since[pedal.channel] < 0) since[pedal.channel] = pedal.at;
  }
  for (std::size_t i = 0; i < kChannels; ++i) lift(i, events.notes.back().end);
  return pedals;
}

/// An end while the pedal is down waits until it is lifted.
std::int64_t endOf(const Sounded& note, const std::vector<Span>& pedals) {
  const auto down = std::ranges::upper_bound(pedals, note.end, {}, &Span::to);
  return down != pedals.end() && down->from < note.end ? down->to : note.end;
}

}  // namespace

AriaPerformance parseAriaPerformance(std::span<const std::uint8_t> bytes, const std::string& name) {
  Events events = aria::midiEvents(bytes, name);
  const Channels channels = channelsOf(events);
  if (events.notes.empty()) throw MidiFileError{name + ": has no notes that Aria knows"};
  const Pedals pedals = pedalsOf(events);
  const Clock clock{events};
  AriaPerformance performance;
  for (const auto& instrument : channels) {
    if (instrument) performance.instruments.push_back(*instrument);
  }
  std::ranges::sort(performance.instruments);
  const auto repeated = std::ranges::unique(performance.instruments);
  performance.instruments.erase(repeated.begin(), repeated.end());

  const std::int64_t start = events.notes.front().at;
  if (clock.between(start, events.notes.back().at) > kLongest) throw MidiFileError{name + ": lasts longer than a day"};
  performance.notes.reserve(events.notes.size());
  for (const Sounded& note : events.notes) {
    const AriaInstrument instrument = *channels[note.channel];
    const bool drum = instrument == AriaInstrument::drum;
    performance.notes.push_back({instrument, note.pitch, note.velocity, clock.between(start, note.at),
                                 drum ? kAriaStep : clock.between(note.at, endOf(note, pedals[note.channel]))});
  }
  return performance;
}

AriaPerformance readAriaPerformance(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in || std::filesystem::is_directory(path)) throw MidiFileError{path.string() + ": cannot be read"};
  std::vector<std::uint8_t> bytes(kLargestMidiFile + 1);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > kLargestMidiFile) throw MidiFileError{path.string() + ": too large for a MIDI file"};
  return parseAriaPerformance(bytes, path.string());
}

}  // namespace antiphon
