#include "bridge/studio_midi.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "bridge/trying.hpp"

namespace antiphon {
namespace {

using synth::PatchError;
using synth::Sequences;

constexpr std::uint8_t kDrums = 9;  // channel 10, as people count
constexpr std::int64_t kMostBars = 1000;
constexpr double kUsualTempo = 120;

struct DrumKey {
  std::string_view module;
  std::uint8_t key;
};
constexpr std::array<DrumKey, 6> kDrumKeys{
    {{"kick", 36}, {"snare", 38}, {"clap", 39}, {"hihat", 42}, {"tom", 45}, {"cowbell", 56}}};

/// A drum by its own key, whatever its pads strike it with; all else as it is played.
std::optional<std::uint8_t> drumKey(const synth::Patch& patch, const std::string& name) {
  const synth::PlacedModule* const module = patch.find(name);
  if (module == nullptr) return {};
  const auto found = std::ranges::find(kDrumKeys, module->type->name, &DrumKey::module);
  return found == kDrumKeys.end() ? std::optional<std::uint8_t>{} : found->key;
}

Tick heardAt(const synth::Feel& feel, Tick at) {
  const auto quarter = static_cast<double>(kQuarter.count);
  return Tick{std::llround(synth::swung(feel, static_cast<double>(at.count) / quarter) * quarter)};
}

/// So many bars of it, round after round.
NamedPhrase rounds(const Sequences& sequences, const synth::Patch& patch, const Sequences::Sequence& sequence,
                   const synth::Pattern& pattern, int bars, std::uint8_t channel) {
  NamedPhrase named{sequence.name, {sequences.meter(), bars, {}, {}}, {}};
  const auto drum = drumKey(patch, sequence.name);
  const Tick end = named.phrase.length();
  for (Tick round{}; round < end && pattern.length > Tick{}; round = round + pattern.length) {
    for (const synth::Stroke& stroke : pattern.strokes) {
      const Tick at = heardAt(sequences.feel(), round + stroke.at);
      const Tick until = std::min(heardAt(sequences.feel(), round + stroke.at + stroke.length), end);
      if (at >= end) break;
      const auto key = static_cast<std::uint8_t>(std::clamp(std::lround(stroke.key), 0L, 127L));
      named.phrase.notes.push_back(
          {.tick = at,
           .length = std::max(Tick{1}, until - at),
           .pitch = drum.value_or(key),
           .velocity = static_cast<std::uint8_t>(std::clamp(std::lround(stroke.force * 127), 1L, 127L)),
           .channel = channel});
    }
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
    phrases.push_back(rounds(sequences, patch, sequence, sequences.pattern(sequence), bars, struck ? kDrums : channel));
    if (!struck) channel = static_cast<std::uint8_t>((channel + 1) % 16 == kDrums ? channel + 2 : channel + 1) % 16;
  }
  return phrases;
}

NamedPhrase phraseOf(const Sequences& sequences, const synth::Patch& patch, const std::string& name) {
  const Sequences::Sequence& sequence = sequences.at(name);
  const synth::Pattern pattern = sequences.pattern(sequence);
  const auto bars = std::clamp<std::int64_t>(
      ceilTo(pattern.length, sequences.meter().bar()).count / std::max<std::int64_t>(1, sequences.meter().bar().count),
      1, kMostBars);
  return rounds(sequences, patch, sequence, pattern, static_cast<int>(bars),
                sequences.isStruck(name) ? kDrums : std::uint8_t{0});
}

void addExport(CommandTable& table, synth::Desk& desk, Sequences& sequences, Shelf shelf, FileDoors doors) {
  table.topic("keeping");
  table.add({"export",
             {{"what", Command::Choice{{"midi"}}},
              {"name", Command::Text{100}},
              {"bars", Command::Integer{1, kMostBars}, "", Command::Value{std::int64_t{8}}}},
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
