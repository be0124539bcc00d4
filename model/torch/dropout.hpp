// What a net is not told while it learns, so that it learns less by heart.
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace antiphon::torch_door {

class Dropout {
 public:
  /// Leaves nothing out.
  Dropout() = default;
  /// Leaves out `share` of all numbers, to the nearest 256th; the same `chance` leaves out the same ones.
  Dropout(double share, std::uint64_t chance, torch::Device device);

  /// What is left is louder by as much as is missing.
  torch::Tensor operator()(const torch::Tensor& x);

 private:
  std::int64_t threshold_ = 0;  // of 256
  at::Generator generator_{};
};

}  // namespace antiphon::torch_door
