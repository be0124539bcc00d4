// What was heard after which context, counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/markov/line.hpp"

namespace antiphon::markov {

/// Contexts as a tree: a node at level n is a context of n symbols, its parent the same one with its last symbol
/// forgotten. The four nodes of level 0 are the kinds. Below a context that was heard only once nothing grows.
struct Level {
  std::vector<Symbol> label{};              // of each node; ascending among sisters
  std::vector<std::uint32_t> firstChild{};  // in the level below; one more than there are nodes
  std::vector<std::uint32_t> firstEntry{};  // likewise
  std::vector<Symbol> symbol{};             // of each entry; ascending in its node
  std::vector<std::uint32_t> count{};       // how often it was heard there

  std::size_t nodes() const { return label.size(); }
};
using Tree = std::vector<Level>;

/// Collects what is heard. Sixteen bytes a symbol until grow(); the tree takes a few bytes more for each.
class Counts {
 public:
  /// More than this is left out: 16 M symbols are about 4 M notes, half a gigabyte while they are sorted.
  static constexpr std::size_t kMostSymbols = std::size_t{16} << 20;
  static constexpr int kLongestRest = 2;  // bars; a longer one parts the music in two

  explicit Counts(std::size_t mostSymbols = kMostSymbols, Regard regard = Regard::counts)
      : most_{mostSymbols}, regard_{regard} {}

  /// A whole voice of a piece, or as much of it as has one metre. False when there was no room for all of it.
  bool add(const GridPhrase& voice, bool drums);

  std::size_t symbols() const { return heard_.size(); }
  std::size_t leftOut() const { return leftOut_; }
  /// Contexts up to `order` symbols, at most kMostOrder.
  Tree grow(int order);

 private:
  struct Heard {
    std::uint64_t early, late;  // kind and seven symbols of context; seven more and the symbol
    friend constexpr auto operator<=>(const Heard&, const Heard&) = default;
  };
  struct Gardener;

  bool addStretch(const GridPhrase& stretch, bool drums);

  std::vector<Heard> heard_{};
  std::size_t most_;
  Regard regard_;
  std::size_t leftOut_ = 0;
};

}  // namespace antiphon::markov
