#include "model/gravity.hpp"

namespace antiphon {
namespace {

// Found by listening: natural logarithms, so 1 makes a tone not quite three times as likely beside the others.
constexpr float kDownbeat = 1.0F, kBassDownbeat = 1.5F, kBeat = 0.3F, kHome = 6.0F;

PitchClasses toneAbove(Key key, int semitones) {
  const int pitch = (key.tonic + semitones) % 12;
  return contains(key.pitchClasses(), pitch) ? static_cast<PitchClasses>(1U << pitch) : PitchClasses{0};
}

}  // namespace

Gravity::Gravity(Key key, Part part, Ends ends) : tonic_{key.tonic}, bass_{part == Part::bass}, ends_{ends} {
  if (part == Part::drums) return;
  rest_ = static_cast<PitchClasses>(toneAbove(key, 0) | toneAbove(key, 7));
  // In the chromatic scale both thirds are in it, and neither is the key's.
  if (part != Part::bass && key.mode != ScaleMode::chromatic) rest_ |= toneAbove(key, key.minor() ? 3 : 4);
}

void Gravity::lean(std::span<float> logits, const Place& place) const {
  if (rest_ == 0) return;
  const bool downbeat = place.pulse == 0;
  const bool home = (ends_.opens && bass_ && place.bar == 0 && downbeat) ||
                    (ends_.closes && place.bar + 1 == place.bars && 2 * place.pulse >= place.barPulses);
  if (!downbeat && !home && place.pulse % kPulsesPerQuarter != 0) return;
  for (int pitch = 0; pitch < 128; ++pitch) {
    float& logit = logits[static_cast<std::size_t>(pitch)];
    if (home) logit += (pitch + 12 - tonic_) % 12 == 0 ? kHome : 0;
    else if (contains(rest_, pitch)) logit += !downbeat ? kBeat : bass_ ? kBassDownbeat : kDownbeat;
  }
}

}  // namespace antiphon
