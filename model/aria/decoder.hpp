// Aria on the processor: the formulas of shape.hpp on the kernels of model/compute.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/aria/engine.hpp"
#include "model/compute/packed_store.hpp"
#include "model/compute/trunk.hpp"

namespace antiphon {

struct AriaWeights {
  AriaShape shape{};
  compute::Floats table{};                 // [vocabulary][width], in f32; or
  std::vector<std::uint16_t> halfTable{};  // in bf16, when the matrices are no f32 either
  compute::PackedStore store{};
  std::vector<compute::TrunkLayer> layers{};
  compute::Norm norm{};
  compute::Packed voice{};
};

struct AriaLoading {
  compute::Format format = compute::Format::f32;
  /// Fills the store from somewhere else; true when it did. Then no matrix is fetched.
  std::function<bool(compute::PackedStore&)> warm{};
  std::function<void(double share)> told{};
};

/// From tensors of f32, f16 or bf16. Throws SafetensorsError, one line that names the tensor, also when one is of
/// another type or holds what is no number.
AriaWeights loadAria(const Safetensors& checkpoint, std::optional<int> heads = {}, const AriaLoading& loading = {});
/// The same from tensors that `fetch` gives, in the order of tensorsOf().
AriaWeights loadAria(const AriaShape& shape, const std::function<std::vector<float>(const native::TensorSpec&)>& fetch,
                     const AriaLoading& loading);

/// All memory is taken in the constructor; what is not thought of yet takes up none. However the tokens are split among
/// calls, and however many hands the crew has, the outcome is the same to the last bit.
class AriaDecoder final : public AriaEngine {
 public:
  /// Throws std::invalid_argument when there are no weights, or capacity is not 1 .. kAriaContext. Without a crew it
  /// works alone.
  explicit AriaDecoder(std::shared_ptr<const AriaWeights> weights, int capacity = kAriaContext,
                       std::shared_ptr<compute::Crew> crew = nullptr);

  const AriaShape& shape() const override { return weights_->shape; }
  int length() const override { return trunk_.length(); }
  int capacity() const override { return trunk_.capacity(); }

  std::span<const float> extend(std::span<const int> ids) override;
  /// The same, with the logits after each, in order.
  using Listener = std::function<void(int place, std::span<const float> logits)>;
  void extend(std::span<const int> ids, const Listener& listener);
  void rollBack(int length) override;

 private:
  void check(std::span<const int> ids) const;
  void block(std::span<const int> ids);
  std::span<const float> speak(int row);

  std::shared_ptr<const AriaWeights> weights_;
  compute::Trunk trunk_;
  compute::Floats speeds_{};  // of turning
  compute::Floats level_{}, logits_{};
};

}  // namespace antiphon
