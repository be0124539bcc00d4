#include "synth/ears/portrait.hpp"

#include <algorithm>
#include <cmath>

#include "synth/ears/spectra.hpp"

namespace antiphon::synth {
namespace {

/// Into the first; the means are still sums.
void join(Portrait::Column& one, const Portrait::Column& other) {
  one.least = std::min(one.least, other.least);
  one.most = std::max(one.most, other.most);
  for (std::size_t h = 0; h < one.power.size(); ++h) one.power[h] += other.power[h];
  for (std::size_t n = 0; n < one.notes.size(); ++n) one.notes[n] += other.notes[n];
  one.frames += other.frames;
}

}  // namespace

PortraitPainter::PortraitPainter(double rate) {
  const double octaves = std::log2(Portrait::kHighest / Portrait::kLowest);
  for (std::size_t h = 0; h < edges_.size(); ++h) {
    const double hertz = Portrait::kLowest * std::exp2(octaves * static_cast<double>(h) / Portrait::kHeights);
    edges_[h] = std::min(Spectra::kBins - 1,
                         static_cast<std::size_t>(std::lround(hertz * static_cast<double>(Spectra::kFrame) / rate)));
  }
}

void PortraitPainter::hear(std::span<const float> samples, std::span<const float> power, const Chroma& notes) {
  Portrait::Column& column = columns_.back();
  for (const float x : samples) {
    column.least = std::min(column.least, x);
    column.most = std::max(column.most, x);
  }
  for (std::size_t h = 0; h < Portrait::kHeights; ++h) {
    // Low down several heights share a bin.
    const std::size_t end = std::max(edges_[h] + 1, edges_[h + 1]);
    float sum = 0;
    for (std::size_t i = edges_[h]; i < end; ++i) sum += power[i];
    column.power[h] += sum / static_cast<float>(end - edges_[h]);
  }
  for (std::size_t n = 0; n < notes.size(); ++n) column.notes[n] += notes[n];
  if (++column.frames < perColumn_) return;
  if (columns_.size() == 2 * Portrait::kColumns) {
    for (std::size_t i = 0; i < Portrait::kColumns; ++i) {
      columns_[i] = columns_[2 * i];
      join(columns_[i], columns_[2 * i + 1]);
    }
    columns_.resize(Portrait::kColumns);
    perColumn_ *= 2;
  }
  columns_.emplace_back();
}

Portrait PortraitPainter::portrait(double seconds) const {
  Portrait portrait{columns_, seconds};
  if (portrait.columns.size() > 1 && portrait.columns.back().frames == 0) portrait.columns.pop_back();
  for (Portrait::Column& column : portrait.columns) {
    const auto frames = static_cast<float>(std::max(column.frames, 1));
    for (float& power : column.power) power /= frames;
    for (float& note : column.notes) note /= frames;
  }
  return portrait;
}

}  // namespace antiphon::synth
