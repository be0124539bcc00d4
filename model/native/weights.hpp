// The numbers of a native model, laid out for the decoder.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/compute/packed_store.hpp"
#include "model/compute/trunk.hpp"
#include "model/native/shape.hpp"

namespace antiphon::native {

using compute::Floats;

struct HeadWeights {
  compute::Norm norm1{};
  compute::Feeding feeding{};  // in as gates, and out
  compute::Norm norm2{};
  compute::Packed choices{};  // its rows of the table once more
  Floats bias{};
};

struct Weights {
  Shape shape{};
  Floats table{};  // [rows][width]
  compute::PackedStore store{};
  std::vector<compute::TrunkLayer> layers{};
  compute::Norm norm{};
  std::array<HeadWeights, kHeads> heads{};

  const float* row(Row row) const {
    return table.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(shape.width);
  }
};

/// Asks for each tensor of tensors(shape) once, in that order. Throws std::invalid_argument, with the tensor named,
/// when one has the wrong size or holds what is no number.
Weights load(const Shape& shape, const std::function<std::vector<float>(const TensorSpec&)>& fetch,
             compute::Format format = compute::Format::f32);

/// What randomWeights() is made of: norms 1, biases 0, the table's first row 0, the rest normal. Every tensor has
/// chance of its own, the same on every machine.
std::vector<float> randomTensor(const TensorSpec& spec, std::uint64_t seed, float scale);
Weights randomWeights(const Shape& shape, std::uint64_t seed, float scale = 0.02f,
                      compute::Format format = compute::Format::f32);

}  // namespace antiphon::native
