#include "model/torch/torch_thought.hpp"

#include <algorithm>

namespace antiphon::torch_door {

using torch::Tensor;

TorchThought::TorchThought(const native::Shape& shape, const Parameters& parameters, bool bf16, int capacity)
    : parameters_{parameters}, forward_{shape, parameters_, bf16}, capacity_{capacity} {
  const auto options = parameters_[0].options().requires_grad(false);
  for (int i = 0; i < shape.layers; ++i) {
    memory_.push_back({torch::zeros({1, shape.heads, capacity, shape.headWidth()}, options),
                       torch::zeros({1, shape.heads, capacity, shape.headWidth()}, options)});
  }
}

bool TorchThought::extend(const std::uint16_t* in, const std::int32_t* time, int steps) try {
  if (steps < 1 || length_ + steps > capacity_) return false;
  torch::NoGradGuard noGradients;
  Tensor rows = torch::empty({1, steps, native::kColumns}, torch::kInt64);
  std::copy_n(in, rows.numel(), rows.data_ptr<std::int64_t>());
  Tensor times = torch::empty({1, steps}, torch::kInt32);
  std::copy_n(time, steps, times.data_ptr<std::int32_t>());
  const auto device = parameters_[0].device();
  thought_ = forward_.trunk(rows.to(device), times.to(device), memory_, length_).select(1, steps - 1);
  length_ += steps;
  return true;
} catch (const std::exception&) {
  return false;
}

void TorchThought::rollBack(int length) {
  length_ = std::clamp(length, 0, length_);
  thought_ = torch::Tensor{};
}

const float* TorchThought::speak(int head, const std::uint16_t* said, int count) try {
  if (!thought_.defined()) return nullptr;
  torch::NoGradGuard noGradients;
  Tensor start = thought_;
  if (count > 0) {
    Tensor index = torch::empty({count}, torch::kInt64);
    std::copy_n(said, count, index.data_ptr<std::int64_t>());
    start = start + forward_.rows(index.to(thought_.device())).sum(0, true);
  }
  logits_ = forward_.speak(static_cast<native::Head>(head), start).to(torch::kCPU).contiguous();
  return logits_.data_ptr<float>();
} catch (const std::exception&) {
  return nullptr;
}

}  // namespace antiphon::torch_door
