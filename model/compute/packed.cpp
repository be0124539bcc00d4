#include "model/compute/packed.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "model/half.hpp"

namespace antiphon::compute {
namespace {

constexpr int kMostInGroup = 64;
constexpr int kByteOrder[4]{0, 2, 1, 3};
constexpr int kNibbleOrder[8]{0, 4, 1, 5, 2, 6, 3, 7};

/// The next bf16 that is not smaller: no weight of a group lies beyond what its scale reaches.
std::uint16_t scaleAtLeast(float scale) {
  std::uint16_t bits = toBf16(scale);
  if (fromBf16(bits) < scale) ++bits;
  return bits;
}

/// A group of one output as whole numbers; the scale they are to be multiplied with. Weights past the end count as 0.
std::uint16_t roundInt8(const float* weights, int count, int* whole) {
  float most = 0;
  for (int i = 0; i < count; ++i) most = std::max(most, std::fabs(weights[i]));
  std::fill_n(whole, groupOf(Format::int8), 0);
  const std::uint16_t scale = scaleAtLeast(most / 127);
  const float inverse = most > 0 ? 1 / fromBf16(scale) : 0;
  for (int i = 0; i < count; ++i) whole[i] = std::clamp(static_cast<int>(std::lrintf(weights[i] * inverse)), -127, 127);
  return scale;
}

std::uint16_t roundQ4(const float* weights, int count, int* whole) {
  float most = 0;  // with its sign: it becomes -8, and 7 the other way is seldom needed
  for (int i = 0; i < count; ++i) most = std::fabs(weights[i]) > std::fabs(most) ? weights[i] : most;
  std::fill_n(whole, groupOf(Format::q4), 0);
  if (most == 0) return 0;
  const float inverse = -8 / most;
  float across = 0, along = 0;
  for (int i = 0; i < count; ++i) {
    whole[i] = std::clamp(static_cast<int>(std::lrintf(weights[i] * inverse)), -8, 7);
    across += weights[i] * static_cast<float>(whole[i]);
    along += static_cast<float>(whole[i] * whole[i]);
  }
  return toBf16(across / along);  // the scale that leaves the least error
}

void packGroup(std::span<const float> rows, int outputs, int depth, Format format, int panel, int group,
               std::byte* to) {
  const int wide = groupOf(format), inStep = weightsInStep(format), begin = group * wide;
  const int count = std::min(wide, depth - begin);
  float weights[kMostInGroup];
  int whole[kMostInGroup];
  for (int o = 0; o < kPanel; ++o) {
    const int output = panel * kPanel + o;
    const int there = output < outputs ? count : 0;
    std::fill_n(weights, wide, 0.0f);
    if (there > 0) {
      std::copy_n(rows.data() + static_cast<std::size_t>(output) * static_cast<std::size_t>(depth) + begin, there,
                  weights);
    }
    std::uint16_t scale = 0;
    if (format == Format::int8) scale = roundInt8(weights, there, whole);
    if (format == Format::q4) scale = roundQ4(weights, there, whole);
    const int steps = stepsFor(format, count);
    for (int step = 0; step < steps; ++step) {
      std::uint32_t four = 0;
      const int first = step * inStep;
      switch (format) {
        case Format::f32: four = std::bit_cast<std::uint32_t>(weights[first]); break;
        case Format::bf16:
          four = toBf16(weights[first]) | static_cast<std::uint32_t>(toBf16(weights[first + 1])) << 16;
          break;
        case Format::int8:
          for (int b = 0; b < 4; ++b) four |= static_cast<std::uint32_t>(whole[first + kByteOrder[b]] + 128) << (8 * b);
          break;
        case Format::q4:
          for (int n = 0; n < 8; ++n) four |= static_cast<std::uint32_t>(whole[first + kNibbleOrder[n]] + 8) << (4 * n);
          break;
      }
      std::memcpy(to + static_cast<std::size_t>(step) * kStepBytes + static_cast<std::size_t>(o) * 4, &four,
                  sizeof four);
    }
    if (hasScales(format)) {
      std::memcpy(to + static_cast<std::size_t>(steps) * kStepBytes + static_cast<std::size_t>(o) * 2, &scale,
                  sizeof scale);
    }
  }
}

}  // namespace

std::string_view nameOf(Format format) {
  switch (format) {
    case Format::f32: return "f32";
    case Format::bf16: return "bf16";
    case Format::int8: return "int8";
    case Format::q4: return "q4";
  }
  return "?";
}

std::optional<Format> formatCalled(std::string_view name) {
  for (const Format format : {Format::f32, Format::bf16, Format::int8, Format::q4}) {
    if (nameOf(format) == name) return format;
  }
  return std::nullopt;
}

void pack(std::span<const float> rows, int outputs, int depth, Format format, std::byte* to) {
  if (outputs < 1 || depth < 1 || rows.size() != static_cast<std::size_t>(outputs) * static_cast<std::size_t>(depth))
    throw std::invalid_argument{"pack: a matrix needs as many weights as outputs times depth"};
  for (int panel = 0; panel < panelsFor(outputs); ++panel) {
    for (int group = 0; group < groupsFor(format, depth); ++group) {
      packGroup(rows, outputs, depth, format, panel, group, to);
      to += panelBytes(format, std::min(groupOf(format), depth - group * groupOf(format)));
    }
  }
}

std::size_t Packed::bytes() const {
  if (isWhole()) return packedBytes(format, outputs, depth);
  std::size_t bytes = 0;
  for (const Packed& piece : pieces) bytes += piece.bytes();
  return bytes;
}

float Packed::at(int output, int k) const {
  const bool deep = isCutDeep();
  for (const Packed& piece : pieces) {
    int& place = deep ? k : output;
    const int size = deep ? piece.depth : piece.outputs;
    if (place < size) return piece.at(output, k);
    place -= size;
  }
  const int group = k / groupOf(format), within = k % groupOf(format), inStep = weightsInStep(format);
  const int before = group * groupOf(format), count = std::min(groupOf(format), depth - before);
  const std::byte* from =
      data + static_cast<std::size_t>(output / kPanel) * panelBytes(format, depth) + panelBytes(format, before);
  const auto lane = static_cast<std::size_t>(output % kPanel);
  std::uint32_t four;
  std::memcpy(&four, from + static_cast<std::size_t>(within / inStep) * kStepBytes + lane * 4, sizeof four);
  const int place = within % inStep;
  if (format == Format::f32) return std::bit_cast<float>(four);
  if (format == Format::bf16) return fromBf16(static_cast<std::uint16_t>(four >> (16 * place)));
  std::uint16_t scale;
  std::memcpy(&scale, from + static_cast<std::size_t>(stepsFor(format, count)) * kStepBytes + lane * 2, sizeof scale);
  int whole = 0;
  if (format == Format::int8)
    whole = static_cast<int>(four >> (8 * (std::ranges::find(kByteOrder, place) - kByteOrder)) & 255u) - 128;
  else whole = static_cast<int>(four >> (4 * (std::ranges::find(kNibbleOrder, place) - kNibbleOrder)) & 15u) - 8;
  return static_cast<float>(whole) * fromBf16(scale);
}

}  // namespace antiphon::compute
