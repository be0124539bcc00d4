#include "model/evaluation/statistics.hpp"

#include <algorithm>

#include "model/key.hpp"

namespace antiphon {
namespace {

constexpr std::size_t kRun = 8;
constexpr double kDensityFactor = 1.5;

using HeardBar = std::vector<std::pair<int, int>>;  // pulse, pitch

std::vector<HeardBar> heardInBars(const GridPhrase& phrase) {
  std::vector<HeardBar> bars(static_cast<std::size_t>(phrase.bars));
  for (const GridNote& note : phrase.notes) bars[note.bar].emplace_back(note.pulse, note.pitch);
  return bars;
}

bool sound(const GridPhrase& answer, const native::Window& human) {
  if (answer.meter != human.answer.meter || answer.bars != human.answer.bars) return false;
  const int bar = pulsesPerBar(answer.meter);
  if (!std::ranges::is_sorted(answer.notes)) return false;
  return std::ranges::all_of(answer.notes, [&](const GridNote& n) {
    return n.bar < answer.bars && n.pulse < bar && n.pitch < 128 && n.length < kLengthCodes &&
           n.velocity < kVelocityCodes;
  });
}

}  // namespace

std::vector<std::uint64_t> runsOf(const std::vector<GridNote>& notes, Meter meter) {
  std::vector<std::uint64_t> runs;
  const int bar = pulsesPerBar(meter);
  for (std::size_t i = 0; i + kRun <= notes.size(); ++i) {
    std::uint64_t hash = 1469598103934665603u;
    int before = notes[i].bar * bar + notes[i].pulse;
    for (std::size_t j = i; j < i + kRun; ++j) {
      const int at = notes[j].bar * bar + notes[j].pulse;
      for (const int value : {at - before, int{notes[j].pitch}})
        hash = (hash ^ static_cast<std::uint64_t>(value)) * 1099511628211u;
      before = at;
    }
    runs.push_back(hash);
  }
  return runs;
}

void KnownRuns::learn(const std::vector<GridNote>& notes, Meter meter) {
  for (const std::uint64_t run : runsOf(notes, meter)) runs_.insert(run);
}

void count(TurnStatistics& s, const native::Window& human, const GridPhrase& answer, const KnownRuns* known) {
  ++s.turns;
  if (!sound(answer, human)) {
    ++s.broken;
    return;
  }
  if (human.callPart != Part::drums && human.answerPart != Part::drums && !human.call.notes.empty()) {
    const PitchClasses key = estimateKey(human.call.notes).pitchClasses();
    for (const GridNote& note : answer.notes) {
      ++s.pitched;
      s.inKey += contains(key, note.pitch);
    }
  }
  const std::vector<HeardBar> calls = heardInBars(human.call), theirs = heardInBars(human.answer),
                              ours = heardInBars(answer);
  bool copy = !answer.notes.empty();
  for (std::size_t bar = 0; bar < ours.size(); ++bar) {
    if (!theirs[bar].empty()) {
      ++s.bars;
      s.filled += !ours[bar].empty();
    }
    if (!ours[bar].empty()) {
      ++s.sounding;
      s.repeated += ours[bar] == (bar > 0 ? ours[bar - 1] : calls.back());
    }
    if (!ours[bar].empty()) copy = copy && std::ranges::find(calls, ours[bar]) != calls.end();
  }
  s.copied += copy;
  const auto n = static_cast<double>(answer.notes.size()), h = static_cast<double>(human.answer.notes.size());
  s.densityOk += n <= h * kDensityFactor && n * kDensityFactor >= h;
  if (known == nullptr) return;
  for (const std::uint64_t run : runsOf(answer.notes, answer.meter)) {
    ++s.runs;
    s.known += known->knows(run);
  }
}

}  // namespace antiphon
