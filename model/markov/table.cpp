#include "model/markov/table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "model/markov/file.hpp"

namespace antiphon::markov {
namespace {

constexpr float kCountStep = 1.06f;

constexpr std::array<float, 256> kCounts = [] {
  std::array<float, 256> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i] = i < kExactCounts ? static_cast<float>(i + 1) : counts[i - 1] * kCountStep;
  }
  return counts;
}();

std::uint32_t u32(const std::uint8_t* at) {
  return std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[3]} << 24;
}

}  // namespace

Symbol countCode(std::uint32_t count) {
  const auto above = std::upper_bound(kCounts.begin(), kCounts.end(), static_cast<float>(count));
  return static_cast<Symbol>(std::max<std::ptrdiff_t>(above - kCounts.begin(), 1) - 1);
}
float countOf(Symbol code) { return kCounts[code]; }

/// Reads the arrays off and proves that no look-up can leave them.
class Inspection {
 public:
  Inspection(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_{bytes}, name_{name} {}

  std::vector<Table::Level> levels() {
    if (bytes_.size() < kChecked + 4 || !std::equal(kMagic.begin(), kMagic.end(), bytes_.begin())) {
      fail("is no table of counts");
    }
    const std::uint64_t sum = u32(bytes_.data() + 8) | std::uint64_t{u32(bytes_.data() + 12)} << 32;
    if (sum != checksum(bytes_.subspan(kChecked))) fail("is damaged: the checksum is wrong");
    at_ = kChecked;
    const std::uint32_t head = number(), order = head & 0xFFu;
    if ((head & ~(0xFFu | kBackwardFlag)) != 0) fail("was counted in a way that this program does not know");
    regard_ = (head & kBackwardFlag) != 0 ? Regard::backward : Regard::counts;
    if (order > kMostOrder) fail("has contexts of " + std::to_string(order) + " symbols, which is too many");
    std::vector<Table::Level> all(order + 1);
    for (Table::Level& level : all) {
      level.nodes = number();
      level.entries = number();
      for (Discounts& discounts : level.discounts) {
        for (std::size_t i = 0; i < 3; ++i) {
          discounts.off[i] = std::bit_cast<float>(number());
          const float most = static_cast<float>(i + 1);
          if (!(discounts.off[i] > 0.0f && discounts.off[i] <= most)) fail("has an impossible discount");
        }
      }
    }
    for (Table::Level& level : all) {
      level.blocks = take((std::size_t{level.nodes} + kBlock - 1) / kBlock * 8);
      level.labels = take(level.nodes);
      level.children = take(level.nodes);
      level.widths = take(level.nodes);
      level.symbols = take(level.entries);
      level.counts = take(level.entries);
    }
    if (at_ != bytes_.size()) fail("is longer than it says");
    inspect(all);
    return all;
  }

  Regard regard() const { return regard_; }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw FileError{name_ + " " + what}; }

  const std::uint8_t* take(std::size_t size) {
    if (size > bytes_.size() - at_) fail("breaks off");
    const std::uint8_t* begin = bytes_.data() + at_;
    at_ += size;
    return begin;
  }
  std::uint32_t number() { return u32(take(4)); }

  void inspect(const std::vector<Table::Level>& all) const {
    std::array<std::uint32_t, kKinds> kindEnds{};  // nodes of a level stand kind by kind
    const Table::Level& top = all.front();
    if (top.nodes > kKinds) fail("has too many kinds of symbols");
    ascend(top.labels, 0, top.nodes);
    for (std::uint32_t node = 0; node < top.nodes; ++node) {
      if (top.labels[node] >= kKinds) fail("has a kind of symbol that there is not");
    }
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      for (std::uint32_t node = 0; node < top.nodes; ++node) kindEnds[kind] += top.labels[node] <= kind;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      kindEnds = inspectLevel(all[i], kindEnds, i + 1 < all.size() ? &all[i + 1] : nullptr);
    }
  }

  using Ends = std::array<std::uint32_t, kKinds>;
  Ends inspectLevel(const Table::Level& level, const Ends& kindEnds, const Table::Level* below) const {
    Ends endsBelow{};
    std::uint64_t child = 0, entry = 0;
    std::size_t kind = 0;
    for (std::uint32_t node = 0; node < level.nodes; ++node) {
      while (kind + 1 < kKinds && node >= kindEnds[kind]) endsBelow[kind++] = static_cast<std::uint32_t>(child);
      if (node % kBlock == 0) {
        const std::uint8_t* block = level.blocks + std::size_t{node / kBlock} * 8;
        if (u32(block) != child || u32(block + 4) != entry) fail("is damaged: its index is wrong");
      }
      const std::uint64_t nextEntry = entry + level.widths[node] + 1u, nextChild = child + level.children[node];
      if (nextEntry > level.entries || nextChild > (below ? below->nodes : 0)) fail("is damaged: a context leaves it");
      ascend(level.symbols, entry, nextEntry);
      if (level.symbols[nextEntry - 1] >= choices(static_cast<Kind>(kind))) fail("has a symbol that there is not");
      if (below) ascend(below->labels, child, nextChild);
      entry = nextEntry;
      child = nextChild;
    }
    while (kind < kKinds) endsBelow[kind++] = static_cast<std::uint32_t>(child);
    if (entry != level.entries || child != (below ? below->nodes : 0)) fail("is damaged: something is in no context");
    return endsBelow;
  }

  void ascend(const std::uint8_t* symbols, std::uint64_t from, std::uint64_t to) const {
    for (std::uint64_t i = from + 1; i < to; ++i) {
      if (symbols[i] <= symbols[i - 1]) fail("is damaged: it is not in order");
    }
  }

  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
  Regard regard_ = Regard::counts;
  std::size_t at_ = 0;
};

Table::Table(std::span<const std::uint8_t> bytes, const std::string& name,
             std::shared_ptr<const std::vector<std::uint8_t>> owner)
    : size_{bytes.size()}, owner_{std::move(owner)} {
  Inspection inspection{bytes, name};
  levels_ = inspection.levels();
  regard_ = inspection.regard();
}

std::size_t Table::contexts() const {
  std::size_t sum = 0;
  for (const Level& level : levels_) sum += level.nodes;
  return sum;
}

Table::Place Table::placeOf(const Level& level, std::uint32_t node) const {
  const std::uint8_t* block = level.blocks + std::size_t{node / kBlock} * 8;
  Place place{u32(block), u32(block + 4)};
  for (std::uint32_t i = node - node % kBlock; i < node; ++i) {
    place.child += level.children[i];
    place.entry += level.widths[i] + 1u;
  }
  return place;
}

int Table::predict(Kind kind, const Context& context, std::span<double> out) const {
  std::ranges::fill(out, 1.0 / static_cast<double>(out.size()));
  std::uint32_t from = 0, to = levels_.front().nodes;
  Symbol label = kind;
  for (std::size_t depth = 0; depth < levels_.size(); ++depth) {
    const Level& level = levels_[depth];
    const std::uint8_t* found = std::lower_bound(level.labels + from, level.labels + to, label);
    if (found == level.labels + to || *found != label) return static_cast<int>(depth) - 1;
    const std::uint32_t node = static_cast<std::uint32_t>(found - level.labels);
    const Place place = placeOf(level, node);
    const std::uint32_t end = place.entry + level.widths[node] + 1u;
    const Discounts& discounts = level.discounts[kind];
    double total = 0.0, taken = 0.0;
    for (std::uint32_t i = place.entry; i < end; ++i) {
      const float count = kCounts[level.counts[i]];
      total += static_cast<double>(count);
      taken += static_cast<double>(discounts.of(count));
    }
    const double backOff = taken / total;
    for (double& p : out) p *= backOff;
    for (std::uint32_t i = place.entry; i < end; ++i) {
      const float count = kCounts[level.counts[i]];
      out[level.symbols[i]] += static_cast<double>(count - discounts.of(count)) / total;
    }
    from = place.child;
    to = place.child + level.children[node];
    if (depth < context.size()) label = context[depth];
  }
  return order();
}

}  // namespace antiphon::markov
