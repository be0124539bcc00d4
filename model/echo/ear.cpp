#include "model/echo/ear.hpp"

#include <algorithm>
#include <cstdlib>

namespace antiphon::echo {
namespace {

constexpr int kNever = 500;  // parroting: better play anything else
constexpr int kOctave = 12;
constexpr int kFifth = 7;
constexpr int kFourth = 5;

bool sameTones(const Gesture& a, const Gesture& b) {
  return std::equal(a.tones.begin(), a.tones.end(), b.tones.begin(), b.tones.end(),
                    [](const Tone& x, const Tone& y) { return x.pitch == y.pitch && x.channel == y.channel; });
}

/// The same onsets and pitches.
bool sameNotes(const Figure& a, const Figure& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Gesture& x, const Gesture& y) { return x.tick == y.tick && sameTones(x, y); });
}

/// How much of `figure` is in `other` too, in percent: onsets alone, and onsets with their tones.
struct Likeness {
  int onsets, notes;
};
Likeness likeness(const Figure& figure, const Figure& other) {
  int onsets = 0, notes = 0;
  auto there = other.begin();
  for (const Gesture& gesture : figure) {
    while (there != other.end() && there->tick < gesture.tick) ++there;
    if (there == other.end()) break;
    if (there->tick != gesture.tick) continue;
    ++onsets;
    if (sameTones(gesture, *there)) ++notes;
  }
  const int size = static_cast<int>(std::max(figure.size(), other.size()));
  return {100 * onsets / size, 100 * notes / size};
}

int repeats(const Figure& figure) {
  int count = 0;
  for (std::size_t i = 1; i < figure.size(); ++i) count += figure[i].lead().pitch == figure[i - 1].lead().pitch;
  return count;
}

int leapFault(int from, int to, int widest) {
  const int leap = std::abs(to - from);
  if (leap > widest) return 3 + 2 * (leap - widest);
  return leap == 6 || leap == 10 || leap == 11 ? 1 : 0;
}

}  // namespace

int faults(const Figure& figure, const Material& material, const Context& context) {
  if (figure.empty()) return 2 * kNever;
  const Scale& scale = material.tonality.scale;
  int points = 0;

  const int widest = std::clamp(material.widestLeap, material.chords ? kFourth : kFifth, kOctave + 4);
  if (context.before && !context.before->empty()) {
    points +=
        leapFault(context.before->back().lead().pitch, figure.front().lead().pitch, material.chords ? kFourth : kFifth);
    points += likeness(figure, *context.before).notes > 70 ? 12 : 0;
    if (sameNotes(figure, *context.before)) points += kNever / 2;
  }
  std::int64_t sum = 0, tones = 0;
  for (std::size_t i = 0; i < figure.size(); ++i) {
    const Tone& lead = figure[i].lead();
    for (const Tone& tone : figure[i].tones) sum += tone.pitch;
    tones += static_cast<std::int64_t>(figure[i].tones.size());
    if (i > 0) points += leapFault(figure[i - 1].lead().pitch, lead.pitch, widest);
    if (i > 1) {
      // Two leaps the same way: the second should turn back.
      const int a = figure[i - 1].lead().pitch - figure[i - 2].lead().pitch,
                b = lead.pitch - figure[i - 1].lead().pitch;
      if (std::abs(a) > 4 && std::abs(b) > 4 && (a > 0) == (b > 0)) points += 2;
    }
    if (lead.raised != 0 && material.grid.accentNear(figure[i].tick) >= 4) points += 2;
  }
  const bool restful = context.role == Role::statement || context.role == Role::home;
  if (restful && !material.chords && !scale.stable(scale.stepOf(figure.front().lead().pitch))) points += 4;

  const int drift = static_cast<int>(std::abs(sum / tones - material.meanPitch));
  const int wide = figure.size() < 4 ? kFifth : 4;  // few notes need room
  if (drift > wide) points += 2 * (drift - wide);

  const Figure& call = material.newest();
  points += 3 * std::max(0, repeats(figure) -
                                repeats(call) * static_cast<int>(figure.size()) / static_cast<int>(call.size()));
  int leastAlike = 100, mostOnsets = 0;
  for (const Figure& bar : material.bars) {
    const Likeness alike = likeness(figure, bar);
    leastAlike = std::min(leastAlike, 100 - alike.notes);
    mostOnsets = std::max(mostOnsets, alike.onsets);
    if (sameNotes(figure, bar)) points += kNever;
  }
  if (leastAlike < 20) points += 10;
  if (mostOnsets < 50) points += 8;
  return points;
}

}  // namespace antiphon::echo
