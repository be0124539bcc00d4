#include "cli/call_file.hpp"

#include <algorithm>

#include "cli/exit.hpp"
#include "model/midi_file.hpp"
#include "model/tokens/phrase.hpp"

namespace antiphon {
namespace {

Phrase callOf(const MidiFile& file, const std::string& name, int mostBars) {
  const auto tick = [&](std::int64_t at) {
    return Tick{(at * kQuarter.count * 2 + file.division) / (2 * file.division)};
  };
  std::int64_t lastOnset = -1;
  for (const FileTrack& track : file.tracks) {
    for (const FileNote& note : track.notes) lastOnset = std::max(lastOnset, note.at);
  }
  if (lastOnset < 0) throw UsageError{name + ": there are no notes in it"};
  Meter meter{};
  std::int64_t since = 0;
  for (const auto& change : file.meters) {
    if (change.at > lastOnset) break;
    if (!(change.value == meter)) since = change.at;
    meter = change.value;
  }
  if (!speaksMeter(meter))
    throw UsageError{name + ": it is in " + meter.text() + "; bars may have at most eight quarters"};
  const Tick begins = tick(since);
  const int bars = static_cast<int>(meter.barOf(tick(lastOnset) - begins)) + 1;
  const int first = std::max(0, bars - mostBars);
  const Tick from = begins + meter.barLine(first);
  Phrase phrase{meter, bars - first, {}};
  for (const FileTrack& track : file.tracks) {
    for (const FileNote& note : track.notes) {
      const Tick at = tick(note.at);
      if (at < from) continue;
      phrase.notes.push_back(
          {at - from, std::max(Tick{1}, tick(note.at + note.length) - at), note.pitch, note.velocity, note.channel});
    }
  }
  std::ranges::stable_sort(phrase.notes, {}, &Note::tick);
  return phrase;
}

}  // namespace

FileCall readCall(const std::string& path, int mostBars) {
  try {
    const MidiFile file = readMidiFile(path);
    return {callOf(file, path, mostBars), file.tempo().value_or(Tempo::bpm(120))};
  } catch (const MidiFileError& error) {
    throw UsageError{error.what()};
  }
}

}  // namespace antiphon
