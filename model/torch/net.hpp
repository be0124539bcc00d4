// The native model in torch: the formulas of model/native/shape.hpp on whole batches.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "model/native/shape.hpp"
#include "model/torch/dropout.hpp"

namespace antiphon::torch_door {

/// A model's tensors, in the order of native::tensors().
using Parameters = std::vector<torch::Tensor>;

/// The same storage, with gradients of its own: one for each shard that is learnt from at the same time.
Parameters replica(const Parameters& master);
Parameters fresh(const native::Shape& shape, std::uint64_t seed, torch::Device device);

/// Keys and values of one layer, [rows, heads, room, headWidth].
struct Memory {
  torch::Tensor keys{};
  torch::Tensor values{};
};

class Forward {
 public:
  Forward(const native::Shape& shape, const Parameters& parameters, bool bf16, Dropout dropout = {});

  /// [rows, length, columns] and [rows, length] -> what the heads start from, [rows, length, width].
  torch::Tensor trunk(const torch::Tensor& in, const torch::Tensor& time);
  /// The same for steps that follow `begin` earlier ones, whose keys and values are in `memory`.
  torch::Tensor trunk(const torch::Tensor& in, const torch::Tensor& time, std::vector<Memory>& memory, int begin);
  /// Logits of a head for rows of [n, width], after the sum of the table's rows of what was said.
  torch::Tensor speak(native::Head head, const torch::Tensor& thought);
  torch::Tensor rows(const torch::Tensor& index) const { return at::embedding(table(), index); }

 private:
  const torch::Tensor& table() const { return parameters_[0]; }
  const torch::Tensor& layer(int index, int tensor) const;
  torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight) const;
  torch::Tensor attention(const torch::Tensor& x, int index, const torch::Tensor& cosine, const torch::Tensor& sine,
                          const torch::Tensor& mask, std::vector<Memory>* memory, int begin);
  torch::Tensor trunkFrom(const torch::Tensor& in, const torch::Tensor& time, std::vector<Memory>* memory, int begin);

  native::Shape shape_;
  const Parameters& parameters_;
  bool bf16_;
  Dropout dropout_;
};

}  // namespace antiphon::torch_door
