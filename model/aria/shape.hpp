// How large an Aria checkpoint is, and what its tensors are called.
//
//   x = row of the token in tok_embeddings
//   each layer, with level(v) = (v - mean) / sqrt(variance + 1e-5) . weight + bias:
//     q, k, v = mixed_qkv * level1(x)                          each head of q and k turned (RoPE)
//     x += att_proj_linear * attention(q, k, v), scores divided by sqrt(headWidth)
//     y = level2(x);  x += ff_down * (silu(ff_gate * y) . (ff_up * y))
//   logits = lm_head * out_level(x)
//
// RoPE: in a head of width w, dimension j is paired with j + w/2 and turned by place * 500000^(-j / (w/2)).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "model/aria/vocabulary.hpp"
#include "model/native/shape.hpp"
#include "model/safetensors.hpp"

namespace antiphon {

/// As it stands, the public "medium".
struct AriaShape {
  int width = 1536;
  int layers = 16;
  int heads = 24;
  int hidden = 6144;  // of the feed-forward
  int vocabulary = kAriaTokens;

  int headWidth() const { return width / heads; }
  friend bool operator==(const AriaShape&, const AriaShape&) = default;
};

inline constexpr const char* kAriaTable = "model.tok_embeddings.weight";
inline constexpr int kAriaContext = 8192;  // tokens; what the public checkpoints were trained for

/// Every tensor, in the order a file holds them. Throws std::invalid_argument with the field named when no such model
/// can be.
std::vector<native::TensorSpec> tensorsOf(const AriaShape& shape);
std::int64_t parametersOf(const AriaShape& shape);

/// Read from the tensors' sizes. The number of heads, which they do not show, is `heads`, or what the file says of it
/// in "heads", or follows from the width: heads are 64 wide, in small models 16. Throws SafetensorsError, one line that
/// names the tensor, when one is missing, of the wrong size, or does not belong to this architecture.
AriaShape shapeOf(const Safetensors& checkpoint, std::optional<int> heads = {});

/// A model that has learned nothing, in bf16; the same for the same seed. All of it is in memory once, at two bytes
/// each.
void writeRandomAria(const std::filesystem::path& path, const AriaShape& shape, std::uint64_t seed);

}  // namespace antiphon
