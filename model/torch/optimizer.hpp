// Muon for matrices, AdamW for tables, norms and biases.
#pragma once

#include <string>
#include <vector>

#include "model/torch/door.hpp"
#include "model/torch/net.hpp"

namespace antiphon::torch_door {

/// What the optimizer remembers between steps; part of a checkpoint.
struct Recollection {
  torch::Tensor momentum{};  // Muon's momentum, or AdamW's mean of the gradient
  torch::Tensor square{};    // AdamW's mean of its square; undefined for Muon
};

class Optimizer {
 public:
  Optimizer(const native::Shape& shape, Parameters& parameters, bool bf16);

  /// Takes one parameter a step along its gradient. Different parameters may be stepped by different threads.
  void step(std::size_t index, const torch::Tensor& gradient, const Lesson& lesson);
  /// Call once after all parameters were stepped.
  void stepped();

  std::vector<Recollection>& recollections() { return recollections_; }
  torch::Tensor& steps() { return steps_; }  // one number: how many steps were taken

 private:
  void muon(std::size_t index, const torch::Tensor& gradient, const Lesson& lesson);
  void adam(std::size_t index, const torch::Tensor& gradient, const Lesson& lesson);

  Parameters& parameters_;
  bool bf16_;
  std::vector<int> blocks_;  // square parts that a matrix is made of, stepped apart (q, k, v); 0: not Muon's
  std::vector<Recollection> recollections_;
  torch::Tensor steps_;
};

}  // namespace antiphon::torch_door
