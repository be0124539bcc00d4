// Counts as they lie in a file: sorted arrays of bytes, looked up where they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/markov/line.hpp"

namespace antiphon::markov {

/// What Kneser and Ney take from a count of one, of two, and of more.
struct Discounts {
  std::array<float, 3> off{};
  float of(float count) const { return off[count < 1.5f ? 0 : count < 2.5f ? 1 : 2]; }
};

/// Counts up to 32 exactly, then in steps of 6 %: a byte each.
inline constexpr int kExactCounts = 32;
Symbol countCode(std::uint32_t count);
float countOf(Symbol code);

/// Predicts from a file that lies in memory. Copies share the bytes.
class Table {
 public:
  /// Looks at every byte, and throws FileError (file.hpp) when one is wrong; the table believes them from then on.
  /// `bytes` must outlive the table, unless `owner` keeps them.
  Table(std::span<const std::uint8_t> bytes, const std::string& name,
        std::shared_ptr<const std::vector<std::uint8_t>> owner = nullptr);

  /// In which order the past mattered when this was counted.
  Regard regard() const { return regard_; }
  int order() const { return static_cast<int>(levels_.size()) - 1; }
  std::size_t bytes() const { return size_; }
  std::size_t contexts() const;
  /// Interpolated Kneser-Ney over the kind's alphabet: out has choices(kind) places, and they sum to 1. Returns how
  /// many symbols of the context are known.
  int predict(Kind kind, const Context& context, std::span<double> out) const;

 private:
  friend class Inspection;
  struct Level {
    std::uint32_t nodes = 0, entries = 0;
    const std::uint8_t* blocks = nullptr;  // first child and first entry of every kBlock-th node
    const std::uint8_t* labels = nullptr;
    const std::uint8_t* children = nullptr;  // how many
    const std::uint8_t* widths = nullptr;    // entries less one
    const std::uint8_t* symbols = nullptr;
    const std::uint8_t* counts = nullptr;
    std::array<Discounts, kKinds> discounts{};
  };
  struct Place {
    std::uint32_t child, entry;
  };
  Place placeOf(const Level& level, std::uint32_t node) const;

  Regard regard_ = Regard::counts;
  std::vector<Level> levels_{};
  std::size_t size_ = 0;
  std::shared_ptr<const std::vector<std::uint8_t>> owner_{};
};

}  // namespace antiphon::markov
