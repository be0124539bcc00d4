// One sequence with its keys and values, that grows step by step and can be taken back.
#pragma once

#include "model/torch/door.hpp"
#include "model/torch/net.hpp"

namespace antiphon::torch_door {

class TorchThought final : public Thought {
 public:
  TorchThought(const native::Shape& shape, const Parameters& parameters, bool bf16, int capacity);

  int length() const override { return length_; }
  bool extend(const std::uint16_t* in, const std::int32_t* time, int steps) override;
  void rollBack(int length) override;
  const float* speak(int head, const std::uint16_t* said, int count) override;

 private:
  Parameters parameters_;
  Forward forward_;
  std::vector<Memory> memory_;
  torch::Tensor thought_{};
  torch::Tensor logits_{};
  int capacity_;
  int length_ = 0;
};

}  // namespace antiphon::torch_door
