// How large a native model is, and what its tensors are called.
//
//   x = unit(sum of the table's rows of the step)              unit(v) = v / sqrt(mean(v^2) + 1e-6)
//   each layer:
//     q, k, v = qkv * (unit(x) . attention.norm)               each head of q and k: unit, then turned (RoPE)
//     x += out * attention(q, k, v), scores scaled by 12 / headWidth
//     x += down * (silu(gate * y) . (up * y)),                 y = unit(x) . forward.norm
//   h = unit(x) . norm
//   a head, with u = h + the table's rows of what was said before:
//     z = u + out * silu(in * (unit(u) . norm1));  logits = table[its rows] * (unit(z) . norm2) + bias
//
// RoPE: the first half of a head's width is turned by the step's place in the sequence, the second by its musical time
// in sixteenths (pulses / 6), so that a voice can look back by "as many notes" and by "a bar ago". In each half of
// width w, dimension j is paired with j + w/2 and turned by place * 1000^(-j / (w/2)).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/tokens/vocabulary.hpp"

namespace antiphon::native {

struct Shape {
  int width = 256;
  int layers = 5;
  int heads = 4;
  int hidden = 704;  // of the feed-forward
  int textPieces = 0;

  int headWidth() const { return width / heads; }
  int rows() const { return kTextRow + textPieces; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

inline constexpr float kUnitEpsilon = 1e-6f;
inline constexpr float kTurnBase = 1000.0f;
inline constexpr float kTimeUnit = 6.0f;  // pulses
inline constexpr float kScoreScale = 12.0f;

/// Throws std::invalid_argument with the field named when no such model can be.
void check(const Shape& shape);

struct TensorSpec {
  std::string name{};
  std::vector<std::int64_t> size{};
};
/// Every tensor of a model of this shape, in the order a file holds them.
std::vector<TensorSpec> tensors(const Shape& shape);
std::int64_t parameters(const Shape& shape);

}  // namespace antiphon::native
