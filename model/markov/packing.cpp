#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "model/markov/file.hpp"

namespace antiphon::markov {
namespace {

constexpr std::size_t kNodeBytes = 3, kEntryBytes = 2;
constexpr std::size_t kMostChildren = 255;  // counted in a byte
constexpr std::size_t kHeadBytes = kChecked + 4;
constexpr std::size_t kLevelBytes = 8 + std::size_t{kKinds} * 12;

/// A tree of which only some contexts stay.
class Packing {
 public:
  explicit Packing(const Tree& tree)
      : tree_{tree}, kept_(tree.size()), adjusted_(tree.size()), discounts_(tree.size()) {
    for (std::size_t i = 0; i < tree.size(); ++i) kept_[i].assign(tree[i].nodes(), 1);
    adjust();
  }

  std::vector<std::uint8_t> bytes(Regard regard) const;
  void shrink(std::size_t mostBytes);

 private:
  using Chances = std::array<double, 256>;

  std::size_t width(std::size_t depth, std::size_t node) const {
    return tree_[depth].firstEntry[node + 1] - tree_[depth].firstEntry[node];
  }
  std::size_t children(std::size_t depth, std::size_t node) const {
    const Level& level = tree_[depth];
    if (depth + 1 == tree_.size()) return 0;
    return static_cast<std::size_t>(std::count(kept_[depth + 1].begin() + level.firstChild[node],
                                               kept_[depth + 1].begin() + level.firstChild[node + 1], Symbol{1}));
  }
  void adjust();
  void subtractChildren(std::size_t depth, std::size_t node);
  void estimate();
  float weigh(std::size_t depth, std::size_t node, Kind kind);
  std::size_t sizeAbove(float worth) const;

  const Tree& tree_;
  std::vector<std::vector<Symbol>> kept_;             // 0 or 1
  std::vector<std::vector<std::uint32_t>> adjusted_;  // counts as Kneser and Ney want them
  std::vector<std::array<Discounts, kKinds>> discounts_;
  std::vector<std::vector<float>> worth_{};
  std::array<Chances, kMostOrder + 2> chances_{};  // by depth + 1, where the context has been heard
};

/// What a longer context has seen counts once in the shorter one, however often it was: a count says in how many
/// contexts a symbol is to be expected beyond those that know it themselves.
void Packing::adjust() {
  for (std::size_t depth = 0; depth < tree_.size(); ++depth) {
    adjusted_[depth] = tree_[depth].count;
    if (depth + 1 == tree_.size()) continue;
    for (std::size_t node = 0; node < tree_[depth].nodes(); ++node) {
      if (kept_[depth][node]) subtractChildren(depth, node);
    }
  }
  estimate();
}

void Packing::subtractChildren(std::size_t depth, std::size_t node) {
  const Level& level = tree_[depth];
  const Level& below = tree_[depth + 1];
  std::array<std::uint32_t, 256> entryOf;
  for (std::uint32_t i = level.firstEntry[node]; i < level.firstEntry[node + 1]; ++i) entryOf[level.symbol[i]] = i;
  for (std::uint32_t child = level.firstChild[node]; child < level.firstChild[node + 1]; ++child) {
    if (!kept_[depth + 1][child]) continue;
    for (std::uint32_t i = below.firstEntry[child]; i < below.firstEntry[child + 1]; ++i) {
      adjusted_[depth][entryOf[below.symbol[i]]] -= below.count[i] - 1;
    }
  }
}

/// Chen and Goodman's three discounts for each level and kind, from how many counts are 1, 2, 3 and 4.
void Packing::estimate() {
  std::vector<std::size_t> kindEnds(kKinds, 0);
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    kindEnds[kind] = static_cast<std::size_t>(
        std::count_if(tree_[0].label.begin(), tree_[0].label.end(), [&](Symbol label) { return label <= kind; }));
  }
  for (std::size_t depth = 0; depth < tree_.size(); ++depth) {
    const Level& level = tree_[depth];
    std::size_t node = 0;
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      std::array<double, 5> n{0, .5, .5, .5, .5};  // never nothing
      for (; node < kindEnds[kind]; ++node) {
        if (!kept_[depth][node]) continue;
        for (std::uint32_t i = level.firstEntry[node]; i < level.firstEntry[node + 1]; ++i) {
          if (adjusted_[depth][i] <= 4) n[adjusted_[depth][i]] += 1;
        }
      }
      const double y = n[1] / (n[1] + 2 * n[2]);
      for (std::size_t i = 0; i < 3; ++i) {
        const double count = static_cast<double>(i + 1);
        const double off = count - (count + 1) * y * n[i + 2] / n[i + 1];
        discounts_[depth][kind].off[i] = static_cast<float>(std::clamp(off, 0.05 * count, 0.95 * count));
      }
    }
    if (depth + 1 == tree_.size()) break;
    for (std::size_t& end : kindEnds) end = level.firstChild[end];
  }
}

/// How many bits all that was heard here would cost more without this context, for each byte it takes; of it and of
/// those that need it, the most.
float Packing::weigh(std::size_t depth, std::size_t node, Kind kind) {
  const Level& level = tree_[depth];
  const Discounts& discounts = discounts_[depth][kind];
  double heard = 0, total = 0, taken = 0;
  for (std::uint32_t i = level.firstEntry[node]; i < level.firstEntry[node + 1]; ++i) {
    const float count = static_cast<float>(adjusted_[depth][i]);
    heard += level.count[i];
    total += static_cast<double>(count);
    taken += static_cast<double>(discounts.of(count));
  }
  const double backOff = taken / total;
  double gain = 0, others = 1;
  for (std::uint32_t i = level.firstEntry[node]; i < level.firstEntry[node + 1]; ++i) {
    const float count = static_cast<float>(adjusted_[depth][i]);
    const double shorter = chances_[depth][level.symbol[i]];
    const double chance = static_cast<double>(count - discounts.of(count)) / total + backOff * shorter;
    chances_[depth + 1][level.symbol[i]] = chance;
    gain += chance * std::log2(chance / shorter);
    others -= shorter;
  }
  gain += backOff * std::max(others, 0.0) * std::log2(backOff);
  const double bytes = static_cast<double>(kNodeBytes + kEntryBytes * width(depth, node));
  float worth = static_cast<float>(std::max(gain, 0.0) * heard / bytes);
  if (depth + 1 < tree_.size()) {
    for (std::uint32_t child = level.firstChild[node]; child < level.firstChild[node + 1]; ++child) {
      worth = std::max(worth, weigh(depth + 1, child, kind));
    }
  }
  return worth_[depth][node] = worth;
}

std::size_t Packing::sizeAbove(float worth) const {
  std::size_t size = kHeadBytes + tree_.size() * kLevelBytes;
  for (std::size_t depth = 0; depth < tree_.size(); ++depth) {
    std::size_t nodes = 0, entries = 0;
    for (std::size_t node = 0; node < tree_[depth].nodes(); ++node) {
      if (worth_[depth][node] < worth) continue;
      ++nodes;
      entries += width(depth, node);
    }
    size += nodes * kNodeBytes + entries * kEntryBytes + (nodes + kBlock - 1) / kBlock * 8;
  }
  return size;
}

void Packing::shrink(std::size_t mostBytes) {
  worth_.clear();
  for (const Level& level : tree_) worth_.emplace_back(level.nodes());
  for (std::size_t kind = 0; kind < tree_[0].nodes(); ++kind) {
    const Kind label = static_cast<Kind>(tree_[0].label[kind]);
    chances_[0].fill(1.0 / choices(label));
    weigh(0, kind, label);
  }
  float low = 0.0f, high = 1.0f;
  while (sizeAbove(high) > mostBytes && high < 1e30f) low = high, high *= 8.0f;
  for (int i = 0; i < 30; ++i) {
    const float middle = (low + high) / 2;
    (sizeAbove(middle) > mostBytes ? low : high) = middle;
  }
  if (sizeAbove(low) <= mostBytes) high = low;
  if (sizeAbove(high) > mostBytes) {
    throw std::invalid_argument{"a table of counts does not fit into " + std::to_string(mostBytes) + " bytes"};
  }
  for (std::size_t depth = 0; depth < tree_.size(); ++depth) {
    for (std::size_t node = 0; node < tree_[depth].nodes(); ++node) kept_[depth][node] = worth_[depth][node] >= high;
  }
  adjust();
}

std::vector<std::uint8_t> Packing::bytes(Regard regard) const {
  std::vector<std::uint8_t> head, body;
  const auto number = [](std::vector<std::uint8_t>& out, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  number(head, static_cast<std::uint32_t>(tree_.size() - 1) | (regard == Regard::backward ? kBackwardFlag : 0));
  for (std::size_t depth = 0; depth < tree_.size(); ++depth) {
    const Level& level = tree_[depth];
    std::vector<std::uint8_t> blocks, labels, kids, widths, symbols, counts;
    std::uint32_t child = 0;
    for (std::size_t node = 0; node < level.nodes(); ++node) {
      if (!kept_[depth][node]) continue;
      if (labels.size() % kBlock == 0) {
        number(blocks, child);
        number(blocks, static_cast<std::uint32_t>(symbols.size()));
      }
      const std::size_t own = children(depth, node);
      if (own > kMostChildren) throw FileError{"a context has more longer ones than a file can hold"};
      child += static_cast<std::uint32_t>(own);
      labels.push_back(level.label[node]);
      kids.push_back(static_cast<std::uint8_t>(own));
      widths.push_back(static_cast<std::uint8_t>(width(depth, node) - 1));
      for (std::uint32_t i = level.firstEntry[node]; i < level.firstEntry[node + 1]; ++i) {
        symbols.push_back(level.symbol[i]);
        counts.push_back(countCode(adjusted_[depth][i]));
      }
    }
    number(head, static_cast<std::uint32_t>(labels.size()));
    number(head, static_cast<std::uint32_t>(symbols.size()));
    for (const Discounts& discounts : discounts_[depth]) {
      for (const float off : discounts.off) number(head, std::bit_cast<std::uint32_t>(off));
    }
    for (const auto* part : {&blocks, &labels, &kids, &widths, &symbols, &counts}) {
      body.insert(body.end(), part->begin(), part->end());
    }
  }
  head.insert(head.end(), body.begin(), body.end());
  std::vector<std::uint8_t> all(kMagic.begin(), kMagic.end());
  const std::uint64_t sum = checksum(head);
  number(all, static_cast<std::uint32_t>(sum));
  number(all, static_cast<std::uint32_t>(sum >> 32));
  all.insert(all.end(), head.begin(), head.end());
  return all;
}

}  // namespace

std::vector<std::uint8_t> pack(const Tree& tree, Regard regard) { return Packing{tree}.bytes(regard); }

std::vector<std::uint8_t> prune(const Tree& tree, std::size_t mostBytes, Regard regard) {
  Packing packing{tree};
  packing.shrink(mostBytes);
  return packing.bytes(regard);
}

}  // namespace antiphon::markov
