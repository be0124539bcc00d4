#include "bridge/studio_midi.hpp"

#include <algorithm>
#include <cmath>

#include "bridge/pattern_notes.hpp"
#include "bridge/trying.hpp"
#include "model/tokens/phrase.hpp"

namespace antiphon {
namespace {

using synth::PatchError;
using synth::Sequences;

constexpr std::int64_t kMostWritten = 1000;
constexpr double kUsualTempo = 120;

Tick heardAt(const synth::Feel& feel, Tick at) {
  const auto quarter = static_cast<double>(kQuarter.count);
  return Tick{std::llround(synth::swung(feel, static_cast<double>(at.count) / quarter) * quarter)};
}

/// So many bars of it, round after round, as they are heard.
NamedPhrase rounds(const Sequences& sequences, const synth::Patch& patch, const Sequences::Sequence& sequence, int bars,
                   std::uint8_t channel) {
  NamedPhrase named{sequence.name, {sequences.meter(), bars, {}, {}}, {}};
  const Tick end = named.phrase.length();
  named.phrase.notes = notesOf(sequences, patch, sequence, {Tick{}, end}, channel);
  for (Note& note : named.phrase.notes) {
    const Tick until = std::min(heardAt(sequences.feel(), note.end()), end);
    note.tick = heardAt(sequences.feel(), note.tick);
    note.length = std::max(Tick{1}, until - note.tick);
  }
  return named;
}

}  // namespace

std::vector<NamedPhrase> phrasesOf(const Sequences& sequences, const synth::Patch& patch, int bars) {
  std::vector<NamedPhrase> phrases;
  std::uint8_t channel = 0;
  for (const Sequences::Sequence& sequence : sequences.all()) {
    if (!sequence.plays || sequence.muted) continue;
    const bool struck = sequences.isStruck(sequence.name);
    phrases.push_back(rounds(sequences, patch, sequence, bars, struck ? kDrumChannel : channel));
    if (!struck)
      channel = static_cast<std::uint8_t>((channel + 1) % 16 == kDrumChannel ? channel + 2 : channel + 1) % 16;
  }
  return phrases;
}

NamedPhrase phraseOf(const Sequences& sequences, const synth::Patch& patch, const std::string& name) {
  const Sequences::Sequence& sequence = sequences.at(name);
  const Tick bar = sequences.meter().bar();
  const auto bars = std::clamp<std::int64_t>(-floorDiv(-sequences.pattern(sequence).length, bar), 1, kMostWritten);
  return rounds(sequences, patch, sequence, static_cast<int>(bars),
                sequences.isStruck(name) ? kDrumChannel : std::uint8_t{0});
}

void addExport(CommandTable& table, synth::Desk& desk, Sequences& sequences, Shelf shelf, FileDoors doors) {
  table.topic("keeping");
  table.add({"export",
             {{"what", Command::Choice{{"midi"}}},
              {"name", Command::Text{100}},
              {"bars", Command::Integer{1, kMostWritten}, "", Command::Value{std::int64_t{8}}}},
             "Writes what plays into a MIDI file: export midi groove 16.",
             trying([&desk, &sequences, shelf, doors](const Command::Arguments& given) {
               const auto bars = static_cast<int>(given.integer("bars"));
               const auto file = fileCalled(shelf.recordings(), given.text("name"), ".mid");
               const auto phrases = phrasesOf(sequences, desk.patch(), bars);
               if (phrases.empty()) throw PatchError{"nothing plays, so there is nothing to write"};
               const double bpm = doors.tempo ? doors.tempo() : 0;
               writeWhole(file, phraseFile(sequences.meter(), Tempo::bpm(bpm > 0 ? bpm : kUsualTempo), phrases));
               return "written to " + file.string() + ": " + std::to_string(phrases.size()) +
                      (phrases.size() == 1 ? " track, " : " tracks, ") + std::to_string(bars) +
                      (bars == 1 ? " bar" : " bars");
             })});
}

}  // namespace antiphon
