// The numbers of a native model, laid out for the decoder.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/native/kernels.hpp"
#include "model/native/shape.hpp"

namespace antiphon::native {

/// A matrix in panels (see kernels.hpp).
class Matrix {
 public:
  Matrix() = default;
  /// From [outputs][depth], as files hold it.
  Matrix(int outputs, int depth, std::span<const float> rows);

  int outputs() const { return outputs_; }
  int depth() const { return depth_; }
  float at(int output, int k) const;
  PanelsView view() const;

 private:
  int outputs_ = 0;
  int depth_ = 0;
  Floats panels_{};
};

struct LayerWeights {
  Floats attentionNorm{};
  Matrix qkv{};
  Matrix out{};
  Floats forwardNorm{};
  Matrix gate{};
  Matrix up{};
  Matrix down{};
};

struct HeadWeights {
  Floats norm1{};
  Matrix in{};
  Matrix out{};
  Floats norm2{};
  Matrix choices{};  // its rows of the table once more
  Floats bias{};
};

struct Weights {
  Shape shape{};
  Floats table{};  // [rows][width]
  std::vector<LayerWeights> layers{};
  Floats norm{};
  std::array<HeadWeights, kHeads> heads{};

  const float* row(Row row) const {
    return table.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(shape.width);
  }
};

/// Asks for each tensor of tensors(shape) once, in that order. Throws std::invalid_argument, with the tensor named,
/// when one has the wrong size or holds what is no number.
Weights load(const Shape& shape, const std::function<std::vector<float>(const TensorSpec&)>& fetch);

/// What randomWeights() is made of: norms 1, biases 0, the table's first row 0, the rest normal. Every tensor has
/// chance of its own, the same on every machine.
std::vector<float> randomTensor(const TensorSpec& spec, std::uint64_t seed, float scale);
Weights randomWeights(const Shape& shape, std::uint64_t seed, float scale = 0.02f);

}  // namespace antiphon::native
