// Matrices as the kernels read them: once a step, from end to end, in one stream.
//
// Outputs stand side by side, 32 to a panel, so that a product needs no sum across a vector. A panel is a row of steps;
// a step holds four bytes for each of its 32 outputs, 128 in all:
//
//   f32   one weight                     bf16  two, the earlier in the lower half
//   int8  four, + 128, as bytes 0 2 1 3  q4    eight, + 8, as nibbles 0 4 1 5 2 6 3 7
//
// so that the lower bytes of each 16 bits, then the upper ones, meet two neighbours of the input at once, and the lower
// halves of all bytes, then the upper ones, four. After each group, of 64 weights in int8 and 32 in q4, 32 scales in
// bf16 follow; the last group of a depth may have fewer steps.
//
// A matrix may also be several that lie apart from each other: pieces, of its outputs or of its depth, so that what a
// hand reads one after the other lies one after the other (units.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace antiphon::compute {

enum class Format : std::uint8_t { f32, bf16, int8, q4 };
std::string_view nameOf(Format format);
std::optional<Format> formatCalled(std::string_view name);

inline constexpr int kPanel = 32;
inline constexpr std::size_t kStepBytes = kPanel * 4;
constexpr int panelsFor(int outputs) { return (outputs + kPanel - 1) / kPanel; }

/// Weights of one output in a step.
constexpr int weightsInStep(Format format) {
  return format == Format::f32 ? 1 : format == Format::bf16 ? 2 : format == Format::int8 ? 4 : 8;
}
/// Weights that share a scale; the input is cut into groups of as many, and filled up with zeros.
constexpr int groupOf(Format format) {
  return format == Format::f32 ? 1 : format == Format::bf16 ? 2 : format == Format::int8 ? 64 : 32;
}
constexpr bool hasScales(Format format) { return format == Format::int8 || format == Format::q4; }
constexpr int groupsFor(Format format, int depth) { return (depth + groupOf(format) - 1) / groupOf(format); }
constexpr int stepsInGroup(Format format) { return groupOf(format) / weightsInStep(format); }
constexpr int stepsFor(Format format, int depth) { return (depth + weightsInStep(format) - 1) / weightsInStep(format); }
constexpr std::size_t scaleBytes(Format format) { return hasScales(format) ? kPanel * sizeof(std::uint16_t) : 0; }
constexpr std::size_t panelBytes(Format format, int depth) {
  return static_cast<std::size_t>(stepsFor(format, depth)) * kStepBytes +
         static_cast<std::size_t>(groupsFor(format, depth)) * scaleBytes(format);
}
constexpr std::size_t packedBytes(Format format, int outputs, int depth) {
  return static_cast<std::size_t>(panelsFor(outputs)) * panelBytes(format, depth);
}

/// Where piece `index` of so many begins, of a matrix's outputs or its depth: with a panel.
constexpr int pieceBegin(int size, int pieces, int index) {
  const int begin = panelsFor(size) * index / pieces * kPanel;
  return begin < size ? begin : size;
}

/// A packed matrix somewhere in memory, on a cache line.
struct Packed {
  const std::byte* data = nullptr;
  Format format = Format::f32;
  int outputs = 0;
  int depth = 0;
  /// Without `data`: what it consists of, in order of its outputs, or of its depth, of which each then has a part.
  std::span<const Packed> pieces{};

  bool isWhole() const { return pieces.empty(); }
  bool isCutDeep() const { return !isWhole() && pieces.front().depth != depth; }
  int panels() const { return panelsFor(outputs); }
  std::size_t bytes() const;
  /// What the weight comes to after packing; slow, for tests and tables.
  float at(int output, int k) const;
};

/// Packs [outputs][depth], as files hold them, into packedBytes() at `to`, as a whole matrix.
void pack(std::span<const float> rows, int outputs, int depth, Format format, std::byte* to);

}  // namespace antiphon::compute
