// The few loops in which a model spends its time. Each is there for every vector unit that the compiler knows, and the
// best one of this machine is picked when the program starts.
//
// Every sum runs in one fixed order, whatever the number of rows and whoever does which panel: what a model thinks
// does not depend on how its steps were handed over, or on how many helped. Between two vector units it may differ in
// the last bits.
//
// Realtime: none of these takes memory or a lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "model/compute/packed.hpp"

namespace antiphon::compute {

/// Rows that a matrix is to be multiplied with, as its format wants them: for f32 and bf16 as they are; for int8 as
/// whole numbers of 16 bits (as roundFinely() leaves them), which lose nothing beside the weights; for q4, which has
/// lost more, of 8 bits. Those have a scale and a sum for each group. Depths are filled up to a whole group with zeros,
/// each piece of a matrix for itself.
struct InputView {
  const float* numbers = nullptr;       // [count][stride]
  const std::int16_t* whole = nullptr;  // likewise
  const std::int8_t* coarse = nullptr;  // likewise
  std::size_t stride = 0;
  const float* scales = nullptr;       // [count][groupStride]
  const std::int32_t* sums = nullptr;  // [count][groupStride], of each group's whole numbers
  std::size_t groupStride = 0;
  int count = 1;

  InputView rows(int first, int many) const {
    const std::size_t some = static_cast<std::size_t>(first) * stride;
    const std::size_t group = static_cast<std::size_t>(first) * groupStride;
    return {numbers + some, whole + some, coarse + some, stride, scales + group, sums + group, groupStride, many};
  }
  /// The same behind so many groups, for a piece of the depth.
  InputView behind(Format format, int groups) const {
    const std::ptrdiff_t some = std::ptrdiff_t{groups} * groupOf(format);
    return {numbers + some, whole + some, coarse + some, stride, scales + groups, sums + groups, groupStride, count};
  }
};

/// What the largest number of a group becomes in int8: what two bytes with signs can say, 127 * 256 + 127.
inline constexpr float kFinest = 32'639;
/// One row of an InputView: for int8, and for q4.
void roundFinely(const float* in, int depth, std::int16_t* whole, float* scales, std::int32_t* sums);
void roundCoarsely(const float* in, int depth, std::int8_t* coarse, float* scales, std::int32_t* sums);

/// out[row][o] = sum over k, ascending, of matrix[o][k] * in[row][k], for the outputs of panels
/// first .. first + count - 1; `out` is where output 0 would go. Each piece of a depth is a sum of its own, and they
/// are added up in their order.
void multiply(const Packed& matrix, int first, int count, const InputView& in, float* out, std::size_t outStride);

/// What is remembered of places, for looking back: numbers in f32 or in f16.
enum class Memory : std::uint8_t { f32, f16 };
constexpr std::size_t bytesOf(Memory memory) { return memory == Memory::f32 ? 4 : 2; }
/// Of a key or a value so wide, as it is remembered: whole vectors, whatever the unit. What is behind its numbers is 0.
constexpr std::size_t rowBytes(Memory memory, int width) {
  return static_cast<std::size_t>((width + kPanel - 1) / kPanel * kPanel) * bytesOf(memory);
}
void remember(const float* from, int count, Memory memory, std::byte* to);
/// What a head remembers of the places before one: pages of keys and of values, row by row.
struct Past {
  Memory memory = Memory::f32;
  int width = 0;
  const std::byte* keys = nullptr;  // of the first page
  const std::byte* values = nullptr;
  std::size_t pageApart = 0;  // bytes from a page to the next
  int pageLength = 1;         // places
  int length = 0;             // no more rows are read: the next may be written just now
};
/// heard = the values, each by the weight that its key has for the query; the last key and value are the place's own.
/// `scores` has room for length + 1 numbers and another vector; `heard` may be `query`.
void lookBack(const Past& past, const std::byte* key, const std::byte* value, const float* query, float* scores,
              float* heard);

/// out = in / sqrt(mean(in^2) + epsilon), times `weight` when there is one. `out` may be `in`.
void toUnit(const float* in, const float* weight, float epsilon, float* out, int width);
/// out = (in - mean) / sqrt(variance + epsilon) * weight + bias. `out` may be `in`.
void toLevel(const float* in, const float* weight, const float* bias, float epsilon, float* out, int width);
/// gate = silu(gate) * up; without `up`, silu alone.
void gated(float* gate, const float* up, int width);
/// out += in
void addTo(float* out, const float* in, int width);
/// How queries and keys are turned: to unit when that is so, then stretch after stretch its first half against its
/// second, by so many cosines and sines.
struct Turning {
  bool toUnit = false;
  float epsilon = 0;
  int stretches = 1;
  const float* cosine = nullptr;  // half of the width
  const float* sine = nullptr;
};
/// first, second = first * cosine - second * sine, second * cosine + first * sine; and all times `scale`.
void turn(float* vector, int width, const Turning& how, float scale);

/// Who sees to it that weights are in the near cache when they are wanted: the processor, which follows a stream by
/// itself, or the loops, one kilobyte before or four. One processor's own foresight stops at pages and leaves a third
/// of the bandwidth unused; another's is the faster by a third, and is only held up by ours; a third one's is helped by
/// four kilobytes in the caches, and in the main memory by one alone.
enum class Foresight : std::uint8_t { processors, one, four };  // kilobytes
inline constexpr std::array kForesights{Foresight::processors, Foresight::one, Foresight::four};
constexpr std::size_t aheadOf(Foresight foresight) {
  constexpr std::array<std::size_t, kForesights.size()> kBytes{0, 1024, 4096};
  return kBytes[static_cast<std::size_t>(foresight)];
}
/// What products rely on from now on; the processor's at first.
void relyOn(Foresight foresight);
Foresight reliedOn();

/// The sum of all bytes as 64-bit numbers: nothing but reading, to learn how fast this machine can.
std::uint64_t readAll(const std::byte* from, std::size_t bytes, Foresight foresight);

/// The vector unit in use: "AVX2", "AVX3 VNNI", "NEON" ...
std::string vectorUnit();
/// Neither wide vectors nor fused products: playing works, slowly.
bool plainVectors();

}  // namespace antiphon::compute
