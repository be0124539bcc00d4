#include "model/torch_model.hpp"

#include <stdexcept>
#include <vector>

#include "model/torch_plugin.hpp"

namespace antiphon {
namespace {

class TorchEngine final : public Engine {
 public:
  TorchEngine(std::shared_ptr<torch_door::Net> net, int capacity)
      : net_{std::move(net)}, thought_{net_->think(capacity)}, capacity_{capacity} {
    if (thought_ == nullptr) throw TorchError{net_->error()};
  }
  ~TorchEngine() override { torchDoor().closeThought(thought_); }
  TorchEngine(const TorchEngine&) = delete;
  TorchEngine& operator=(const TorchEngine&) = delete;

  int length() const override { return thought_->length(); }
  int capacity() const override { return capacity_; }
  void extend(std::span<const native::Step> steps) override {
    if (length() + static_cast<int>(steps.size()) > capacity_) throw std::length_error{"no room for more steps"};
    in_.clear();
    time_.clear();
    for (const native::Step& step : steps) {
      in_.insert(in_.end(), step.in.begin(), step.in.end());
      time_.push_back(step.time);
    }
    if (!thought_->extend(in_.data(), time_.data(), static_cast<int>(steps.size())))
      throw TorchError{"torch could not think of a step"};
  }
  void rollBack(int length) override { thought_->rollBack(length); }
  std::span<const float> speak(native::Head head, std::span<const native::Row> said) override {
    const float* logits = thought_->speak(head, said.data(), static_cast<int>(said.size()));
    if (logits == nullptr) throw TorchError{"torch could not speak"};
    return {logits, static_cast<std::size_t>(native::kHeadChoices[head])};
  }

 private:
  std::shared_ptr<torch_door::Net> net_;
  torch_door::Thought* thought_;
  int capacity_;
  std::vector<std::uint16_t> in_{};
  std::vector<std::int32_t> time_{};
};

}  // namespace

NativeModel::MakeEngine torchEngines(const native::Shape& s,
                                     const std::function<std::vector<float>(const native::TensorSpec&)>& fetch,
                                     bool cuda) try {
  TorchNetHandle opened = openTorchNet({s.width, s.layers, s.heads, s.hidden, s.textPieces, 1, 1, cuda, false, false});
  const auto specs = native::tensors(s);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (!opened->write(static_cast<int>(i), fetch(specs[i]).data())) throw TorchError{opened->error()};
  }
  const std::shared_ptr<torch_door::Net> net{std::move(opened)};
  return [net](int capacity) { return std::make_unique<TorchEngine>(net, capacity); };
} catch (const TorchError& error) {
  throw ModelError{error.what()};
}

std::shared_ptr<const NativeModel> onTorch(const std::shared_ptr<const NativeModel>& model, bool cuda) {
  const auto fetch = [&](const native::TensorSpec& spec) { return model->file()->floats(spec.name, spec.size); };
  return std::make_shared<NativeModel>(model->file(), model->shape(), model->sharedStyle(),
                                       torchEngines(model->shape(), fetch, cuda), model->thinking());
}

}  // namespace antiphon
