#include "model/training/judgement.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace antiphon {
namespace {

constexpr std::size_t kMostJudged = 2048;  // in a batch

bool ofAnswer(const native::Step& step) {
  return step.in[native::what] != native::kHeaderRow && step.in[native::barsLeft] >= native::kBarsLeftRow;
}

}  // namespace

void Bits::add(const Bits& other) {
  for (std::size_t head = 0; head < nats.size(); ++head) nats[head] += other.nats[head];
  notes += other.notes;
}

double Bits::perNote(native::Head head) const {
  return notes == 0 ? 0 : nats[head] / std::numbers::ln2 / static_cast<double>(notes);
}

double Bits::perNote() const {
  return notes == 0 ? 0
                    : std::accumulate(nats.begin(), nats.end(), 0.0) / std::numbers::ln2 / static_cast<double>(notes);
}

std::vector<CutWindow> fixedWindows(const TokenSet& set, std::size_t count) {
  const WindowCutter cutter{set, Split::valid};
  Dice dice = Dice::from(1);
  std::vector<CutWindow> windows;
  while (windows.size() < count) windows.push_back(cutter.cut(dice));
  return windows;
}

std::map<std::string, Bits> judge(const std::vector<CutWindow>& windows, const TokenSet& set, const JudgeBatch& batch,
                                  const BatchStream::Words& words) {
  struct Sequence {
    std::vector<native::Step> steps;
    std::uint16_t source;
  };
  std::vector<Sequence> sequences;
  for (const CutWindow& cut : windows) {
    native::Window window = cut.window;
    if (words && !cut.texts.empty()) window.text = words(cut.texts.front());
    sequences.push_back({native::encode(window), cut.source});
  }
  std::ranges::stable_sort(sequences, {}, [](const Sequence& s) { return s.steps.size(); });

  std::map<std::string, Bits> bits;
  for (std::size_t first = 0; first < sequences.size();) {
    std::vector<std::vector<native::Step>> rows;
    std::size_t last = first;
    while (last < sequences.size() &&
           (rows.size() + 1) * sequences[last].steps.size() <= std::max(kMostJudged, sequences[first].steps.size())) {
      rows.push_back(sequences[last++].steps);
    }
    const StoredBatch stored = batchOf(rows);
    const std::vector<float> nats = batch(stored);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      Bits own;
      for (std::size_t i = 0; i < rows[row].size(); ++i) {
        const native::Step& step = rows[row][i];
        if (!ofAnswer(step)) continue;
        own.notes += step.out[native::pitchHead] >= 0;
        for (std::size_t head = 0; head < native::kHeads; ++head) {
          own.nats[head] +=
              static_cast<double>(nats[(row * static_cast<std::size_t>(stored.length) + i) * native::kHeads + head]);
        }
      }
      bits[set.sources()[sequences[first + row].source]].add(own);
      bits["all"].add(own);
    }
    first = last;
  }
  return bits;
}

}  // namespace antiphon
