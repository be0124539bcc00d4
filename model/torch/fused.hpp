// Two formulas that torch would walk through memory many times for, each in one walk, with its derivative.
#pragma once

#include <torch/torch.h>

namespace antiphon::torch_door {

/// x / sqrt(mean(x^2) + epsilon) over the last dimension, times `weight` when it is defined.
torch::Tensor unit(const torch::Tensor& x, const torch::Tensor& weight = {});
/// silu(gate) * up
torch::Tensor gated(const torch::Tensor& gate, const torch::Tensor& up);

}  // namespace antiphon::torch_door
