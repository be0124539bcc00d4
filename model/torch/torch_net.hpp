// The plug-in's Net: a model that learns, judges and thinks.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/torch/door.hpp"
#include "model/torch/net.hpp"
#include "model/torch/optimizer.hpp"

namespace antiphon::torch_door {

class TorchNet final : public Net {
 public:
  explicit TorchNet(const Setup& setup);

  const char* error() const override { return error_.c_str(); }
  int tensors() const override { return static_cast<int>(named_.size()); }
  const char* tensorName(int index) const override { return named_[static_cast<std::size_t>(index)].name.c_str(); }
  std::int64_t tensorSize(int index) const override { return named_[static_cast<std::size_t>(index)].tensor.numel(); }
  bool read(int index, float* values) override;
  bool write(int index, const float* values) override;
  bool learn(const Batch* shards, int count, const Lesson& lesson, Learnt* learnt) override;
  bool judge(const Batch& batch, float* nats) override;
  Thought* think(int capacity) override;

 private:
  struct Named {
    std::string name;
    torch::Tensor tensor;
  };
  /// Runs `work`, and keeps what it throws as error().
  bool guarded(const std::function<void()>& work);
  /// Does work(0) .. work(count - 1), shared among the threads.
  void share(int count, const std::function<void(int)>& work) const;
  /// Nats of a batch's targets, by head; differentiable.
  std::vector<torch::Tensor> nats(const Parameters& parameters, const Batch& batch, std::vector<torch::Tensor>& where,
                                  Dropout dropout = {}) const;
  void learnFrom(const Batch* shards, int count, const Lesson& lesson, Learnt& learnt);

  Setup setup_;
  native::Shape shape_;
  torch::Device device_;
  Parameters parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<Named> named_;
  std::string error_;
};

}  // namespace antiphon::torch_door
