#include "model/markov/counts.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace antiphon::markov {

/// Turns the sorted list into a tree: all that share a context stand side by side in it.
struct Counts::Gardener {
  const std::vector<Heard>& heard;
  std::size_t order;
  Tree tree{};
  std::array<std::uint32_t, 256> tally{};

  /// 0 is the kind, then the context.
  static Symbol symbolAt(const Heard& h, std::size_t depth) {
    return static_cast<Symbol>(depth < 8 ? h.early >> (8 * (7 - depth)) : h.late >> (8 * (15 - depth)));
  }

  void plant(std::size_t from, std::size_t to, std::size_t depth) {
    Level& level = tree[depth];
    level.label.push_back(symbolAt(heard[from], depth));
    level.firstEntry.push_back(static_cast<std::uint32_t>(level.symbol.size()));
    level.firstChild.push_back(depth < order ? static_cast<std::uint32_t>(tree[depth + 1].nodes()) : 0);
    const std::size_t begin = level.symbol.size();
    for (std::size_t i = from; i < to; ++i) {
      const Symbol symbol = static_cast<Symbol>(heard[i].late);
      if (tally[symbol]++ == 0) level.symbol.push_back(symbol);
    }
    std::sort(level.symbol.begin() + static_cast<std::ptrdiff_t>(begin), level.symbol.end());
    for (std::size_t i = begin; i < level.symbol.size(); ++i) {
      level.count.push_back(std::exchange(tally[level.symbol[i]], 0u));
    }
    if (depth < order && to - from > 1) plantAll(from, to, depth + 1);
  }

  void plantAll(std::size_t from, std::size_t to, std::size_t depth) {
    while (from < to) {
      const Symbol label = symbolAt(heard[from], depth);
      std::size_t end = from + 1;
      while (end < to && symbolAt(heard[end], depth) == label) ++end;
      plant(from, end, depth);
      from = end;
    }
  }
};

bool Counts::add(const GridPhrase& voice, bool drums) {
  bool whole = true;
  GridPhrase stretch{voice.meter, 0, {}};
  int first = 0;
  for (const GridNote& note : voice.notes) {
    if (stretch.notes.empty()) {
      first = note.bar;
    } else if (note.bar - first - stretch.notes.back().bar - 1 > kLongestRest) {
      whole = addStretch(stretch, drums) && whole;
      stretch.notes.clear();
      first = note.bar;
    }
    stretch.notes.push_back(note);
    stretch.notes.back().bar = static_cast<std::uint16_t>(note.bar - first);
  }
  return addStretch(stretch, drums) && whole;
}

bool Counts::addStretch(const GridPhrase& stretch, bool drums) {
  if (stretch.notes.empty()) return true;
  GridPhrase phrase = stretch;
  phrase.bars = phrase.notes.back().bar + 1;
  const std::size_t size = 4 * phrase.notes.size() + static_cast<std::size_t>(phrase.bars);
  if (heard_.size() + size > most_) {
    leftOut_ += size;
    return false;
  }
  Line line{phrase.meter, drums};
  recite(phrase, drums, [&](Kind kind, int symbol) {
    const Context context = line.context(regard_);
    Heard heard{kind, 0};
    for (std::size_t i = 0; i < 7; ++i) heard.early = heard.early << 8 | context[i];
    for (std::size_t i = 7; i < 14; ++i) heard.late = heard.late << 8 | context[i];
    heard.late = heard.late << 8 | static_cast<Symbol>(symbol);
    heard_.push_back(heard);
    line.say(symbol);
  });
  return true;
}

Tree Counts::grow(int order) {
  if (order < 0 || order > kMostOrder) {
    throw std::invalid_argument{"the order must be 0 to " + std::to_string(kMostOrder)};
  }
  std::sort(heard_.begin(), heard_.end());
  Gardener gardener{heard_, static_cast<std::size_t>(order)};
  gardener.tree.resize(static_cast<std::size_t>(order) + 1);
  gardener.plantAll(0, heard_.size(), 0);
  for (std::size_t depth = 0; depth < gardener.tree.size(); ++depth) {
    Level& level = gardener.tree[depth];
    level.firstEntry.push_back(static_cast<std::uint32_t>(level.symbol.size()));
    const std::size_t below = depth + 1 < gardener.tree.size() ? gardener.tree[depth + 1].nodes() : 0;
    level.firstChild.push_back(static_cast<std::uint32_t>(below));
  }
  return std::move(gardener.tree);
}

}  // namespace antiphon::markov
