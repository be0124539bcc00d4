#include "model/echo/figure.hpp"

#include <algorithm>
#include <bitset>
#include <cstdlib>
#include <tuple>

namespace antiphon::echo {
namespace {

constexpr int kReach = 7;  // a fifth beyond the call
constexpr Tick kLongestStrum{24};

auto orderOf(const Note& note) { return std::tuple{note.tick, note.channel, note.pitch}; }

Tone toneOf(const Note& note, Tick gesture, const Tonality& tonality) {
  const int step = tonality.scale.stepOf(note.pitch);
  return {.late = note.tick - gesture,
          .length = note.length,
          .step = step,
          .raised = note.pitch - tonality.scale.pitchOf(step),
          .pitch = note.pitch,
          .velocity = note.velocity,
          .channel = note.channel};
}

bool holds(const Gesture& gesture, const Note& note) {
  return std::any_of(gesture.tones.begin(), gesture.tones.end(),
                     [&](const Tone& tone) { return tone.pitch == note.pitch && tone.channel == note.channel; });
}

/// Gestures of one bar; ticks are counted from the bar line.
Figure figureOf(std::span<const Note> notes, Tick barLine, const Material& material) {
  const Tick strum = std::min(kLongestStrum, Tick{material.grid.step.count / 4});
  Figure figure;
  for (const Note& note : notes) {
    const Tick tick = note.tick - barLine;
    if (figure.empty() || tick - figure.back().tick > strum || holds(figure.back(), note)) {
      // The same key twice within a strum's time is a repeated note: it needs a gesture of its own.
      figure.push_back({.tick = tick});
    }
    figure.back().tones.push_back(toneOf(note, barLine + figure.back().tick, material.tonality));
  }
  for (std::size_t i = 0; i < figure.size(); ++i) {
    const Tick next = i + 1 < figure.size() ? figure[i + 1].tick : material.grid.bar();
    figure[i].space = next - figure[i].tick;
    if (figure[i].tones.size() == 1) continue;
    std::stable_sort(figure[i].tones.begin(), figure[i].tones.end(),
                     [](const Tone& a, const Tone& b) { return a.pitch < b.pitch; });
  }
  return figure;
}

/// Where a tone goes whose key is taken by another of its chord; back where it was when the whole register is taken.
int nearestFree(int pitch, const Register& own, const std::bitset<128>& taken, const Tonality& tonality) {
  for (int away = 1; away <= own.ceiling() - own.floor(); ++away) {
    for (const int other : {pitch - away, pitch + away}) {
      if (other < own.floor() || other > own.ceiling()) continue;
      if (tonality.allows(other) && !taken.test(static_cast<std::size_t>(other))) return other;
    }
  }
  return pitch;
}

}  // namespace

int countNotes(const Figure& figure) {
  std::size_t notes = 0;
  for (const Gesture& gesture : figure) notes += gesture.tones.size();
  return static_cast<int>(notes);
}

int Register::floor() const { return std::max(0, std::min(low - kReach, std::min(127, high + kReach) - 12)); }

int Register::ceiling() const { return std::max(std::min(127, high + kReach), floor() + 12); }

std::vector<Note> tidied(std::span<const Note> notes, Tick length) {
  std::vector<Note> tidy;
  tidy.reserve(notes.size());
  for (Note note : notes) {
    if (note.tick >= length || note.pitch > 127 || note.velocity == 0 || note.velocity > 127 || note.channel > 15)
      continue;
    note.tick = std::max(note.tick, Tick{0});
    note.length = std::clamp(note.length, Tick{1}, length);
    tidy.push_back(note);
  }
  std::stable_sort(tidy.begin(), tidy.end(), [](const Note& a, const Note& b) { return orderOf(a) < orderOf(b); });
  tidy.erase(
      std::unique(tidy.begin(), tidy.end(), [](const Note& a, const Note& b) { return orderOf(a) == orderOf(b); }),
      tidy.end());
  return tidy;
}

Material study(std::span<const Note> notes, const Grid& grid, const Tonality& tonality, int callBars) {
  Material material{.grid = grid, .tonality = tonality, .callBars = callBars};
  int gestures = 0, chords = 0;
  std::int64_t pitches = 0;
  for (std::size_t i = 0; i < notes.size();) {
    const std::int64_t bar = floorDiv(notes[i].tick, grid.bar());
    std::size_t j = i;
    while (j < notes.size() && floorDiv(notes[j].tick, grid.bar()) == bar) ++j;
    material.bars.push_back(figureOf(notes.subspan(i, j - i), bar * grid.bar(), material));
    i = j;
  }
  for (const Figure& bar : material.bars) {
    material.notes += countNotes(bar);
    const Gesture* before = nullptr;
    for (const Gesture& gesture : bar) {
      ++gestures;
      if (gesture.tones.size() > 1) ++chords;
      if (before)
        material.widestLeap = std::max(material.widestLeap, std::abs(gesture.lead().pitch - before->lead().pitch));
      before = &gesture;
      for (const Tone& tone : gesture.tones) {
        Register& reach = material.registers[tone.channel];
        reach.low = std::min(reach.low, tone.pitch);
        reach.high = std::max(reach.high, tone.pitch);
        pitches += tone.pitch;
        material.softest = std::min(material.softest, static_cast<int>(tone.velocity));
        material.loudest = std::max(material.loudest, static_cast<int>(tone.velocity));
      }
    }
  }
  if (material.notes > 0) material.meanPitch = static_cast<int>(pitches / material.notes);
  material.chords = gestures > 0 && 4 * chords >= gestures;
  return material;
}

void voice(Figure& figure, const Material& material) {
  for (Gesture& gesture : figure) {
    // A chord that leaves its register by its lead goes back by octaves as a whole, so that it stays the same chord.
    const Register& reach = material.registers[gesture.lead().channel];
    int lead = material.tonality.pitch(gesture.lead().step, gesture.lead().raised);
    int fold = 0;
    for (; lead > reach.ceiling(); lead -= 12) --fold;
    for (; lead < reach.floor(); lead += 12) ++fold;
    if (fold != 0) gesture.move(fold * material.tonality.scale.size());
    gesture.tones.back().pitch = lead;
    if (gesture.tones.size() == 1) continue;

    std::array<std::bitset<128>, 16> taken;
    for (auto tone = gesture.tones.rbegin(); tone != gesture.tones.rend(); ++tone) {
      const Register& own = material.registers[tone->channel];
      int pitch = material.tonality.pitch(tone->step, tone->raised);
      while (pitch > own.ceiling()) pitch -= 12;
      while (pitch < own.floor()) pitch += 12;
      auto& sounding = taken[tone->channel];
      if (sounding.test(static_cast<std::size_t>(pitch))) pitch = nearestFree(pitch, own, sounding, material.tonality);
      tone->pitch = pitch;
      sounding.set(static_cast<std::size_t>(pitch));
    }
    std::stable_sort(gesture.tones.begin(), gesture.tones.end(),
                     [](const Tone& a, const Tone& b) { return a.pitch < b.pitch; });
  }
}

}  // namespace antiphon::echo
