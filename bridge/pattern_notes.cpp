#include "bridge/pattern_notes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace antiphon {
namespace {

struct DrumKey {
  std::uint8_t key;
  std::string_view drum;
};
/// Each drum's own key first, then those of its relatives.
constexpr std::array<DrumKey, 25> kDrumKeys{
    {{36, "kick"},  {38, "snare"}, {39, "clap"},  {42, "hihat"}, {45, "tom"},   {56, "cowbell"}, {35, "kick"},
     {37, "snare"}, {40, "snare"}, {41, "tom"},   {43, "tom"},   {47, "tom"},   {48, "tom"},     {50, "tom"},
     {44, "hihat"}, {46, "hihat"}, {49, "hihat"}, {51, "hihat"}, {52, "hihat"}, {53, "hihat"},   {54, "hihat"},
     {55, "hihat"}, {57, "hihat"}, {59, "hihat"}, {69, "hihat"}}};

/// A drum by its own key, whatever its pads strike it with; all else as it is played.
std::optional<std::uint8_t> drumKey(const synth::Patch& patch, const std::string& name) {
  const synth::PlacedModule* const module = patch.find(name);
  if (module == nullptr) return {};
  const auto found = std::ranges::find(kDrumKeys, std::string_view{module->type->name}, &DrumKey::drum);
  return found == kDrumKeys.end() ? std::optional<std::uint8_t>{} : found->key;
}

}  // namespace

std::string_view drumOf(std::uint8_t key) {
  const auto found = std::ranges::find(kDrumKeys, key, &DrumKey::key);
  return found == kDrumKeys.end() ? std::string_view{} : found->drum;
}

std::vector<Note> notesOf(const synth::Sequences& sequences, const synth::Patch& patch,
                          const synth::Sequences::Sequence& sequence, Stretch stretch, std::uint8_t channel) {
  std::vector<Note> notes;
  const synth::Pattern pattern = sequences.pattern(sequence);
  const auto drum = drumKey(patch, sequence.name);
  for (Tick round = floorTo(stretch.from, pattern.length); round < stretch.until; round += pattern.length) {
    for (const synth::Stroke& stroke : pattern.strokes) {
      const Tick at = round + stroke.at;
      if (at < stretch.from || at >= stretch.until) continue;
      const auto key = static_cast<std::uint8_t>(std::clamp(std::lround(stroke.key), 0L, 127L));
      notes.push_back({.tick = at - stretch.from,
                       .length = std::min(stroke.length, stretch.until - at),
                       .pitch = drum.value_or(key),
                       .velocity = static_cast<std::uint8_t>(std::clamp(std::lround(stroke.force * 127), 1L, 127L)),
                       .channel = channel});
    }
  }
  return notes;
}

}  // namespace antiphon
