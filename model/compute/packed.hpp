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
// bf16 follow.
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
/// Weights that share a scale; the input is cut into groups of as many. A depth counts up to the next whole group.
constexpr int groupOf(Format format) {
  return format == Format::f32 ? 1 : format == Format::bf16 ? 2 : format == Format::int8 ? 64 : 32;
}
constexpr bool hasScales(Format format) { return format == Format::int8 || format == Format::q4; }
constexpr int groupsFor(Format format, int depth) { return (depth + groupOf(format) - 1) / groupOf(format); }
constexpr std::size_t groupBytes(Format format) {
  return static_cast<std::size_t>(groupOf(format) / weightsInStep(format)) * kStepBytes +
         (hasScales(format) ? kPanel * sizeof(std::uint16_t) : 0);
}
constexpr std::size_t panelBytes(Format format, int depth) {
  return static_cast<std::size_t>(groupsFor(format, depth)) * groupBytes(format);
}
constexpr std::size_t packedBytes(Format format, int outputs, int depth) {
  return static_cast<std::size_t>(panelsFor(outputs)) * panelBytes(format, depth);
}

/// A depth may be cut into sections that are summed up apart from each other, at every 64th weight at most. The group
/// with which section `index` begins.
constexpr int kWidestGroup = 64;
constexpr int mostSections(int depth) { return (depth + kWidestGroup - 1) / kWidestGroup; }
constexpr int sectionBegin(Format format, int depth, int sections, int index) {
  const int begin = mostSections(depth) * index / sections * (kWidestGroup / groupOf(format));
  return begin < groupsFor(format, depth) ? begin : groupsFor(format, depth);
}

/// A packed matrix somewhere in memory, on a cache line.
struct Packed {
  const std::byte* data = nullptr;
  Format format = Format::f32;
  int outputs = 0;
  int depth = 0;

  int panels() const { return panelsFor(outputs); }
  std::size_t bytes() const { return packedBytes(format, outputs, depth); }
  /// What the weight comes to after packing; slow, for tests and tables.
  float at(int output, int k) const;
};

/// Packs [outputs][depth], as files hold them, into packedBytes() at `to`.
void pack(std::span<const float> rows, int outputs, int depth, Format format, std::byte* to);

}  // namespace antiphon::compute
