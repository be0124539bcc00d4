// Aria on the processor: the formulas of shape.hpp in f32, on one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/aria/engine.hpp"
#include "model/native/weights.hpp"

namespace antiphon {

struct AriaNorm {
  native::Floats weight{}, bias{};
};
struct AriaLayer {
  AriaNorm attentionNorm{}, forwardNorm{};
  native::Matrix qkv{}, out{}, gate{}, up{}, down{};
};
struct AriaWeights {
  AriaShape shape{};
  native::Floats table{};  // [vocabulary][width]
  std::vector<AriaLayer> layers{};
  AriaNorm norm{};
  native::Matrix voice{};
};

/// From tensors of f32, f16 or bf16. Throws SafetensorsError, one line that names the tensor, also when one is of
/// another type or holds what is no number.
AriaWeights loadAria(const Safetensors& checkpoint, std::optional<int> heads = {});

/// Memory grows with what was heard, in pages, and never beyond `capacity`. However the tokens are split among calls,
/// the outcome is the same to the last bit.
class AriaDecoder final : public AriaEngine {
 public:
  /// Throws std::invalid_argument when there are no weights, or capacity is not 1 .. kAriaContext.
  explicit AriaDecoder(std::shared_ptr<const AriaWeights> weights, int capacity = kAriaContext);

  const AriaShape& shape() const override { return weights_->shape; }
  int length() const override { return length_; }
  int capacity() const override { return capacity_; }

  std::span<const float> extend(std::span<const int> ids) override;
  /// The same, with the logits after each, in order.
  using Listener = std::function<void(int place, std::span<const float> logits)>;
  void extend(std::span<const int> ids, const Listener& listener);
  void rollBack(int length) override;

 private:
  static constexpr int kBlock = 48;  // tokens that go through a layer together
  static constexpr int kPage = 256;  // places, a multiple of native::kPanel

  /// What a layer remembers of kPage places, by heads: keys as [kPage / 32][headWidth][32], values as
  /// [headWidth / 32][kPage][32].
  struct Page {
    native::Floats keys{}, values{};
  };

  void check(std::span<const int> ids) const;
  void block(std::span<const int> ids);
  void speak(int firstRow, int rows);
  void attention(int layer, int rows);
  void turnings(int rows);
  void turn(float* vector, int row) const;
  void remember(int layer, int head, int place, const float* key, const float* value);
  void listen(int layer, int head, int place, const float* query, float* heard);

  std::shared_ptr<const AriaWeights> weights_;
  int capacity_;
  int length_ = 0;
  std::vector<Page> pages_{};                    // [page][layer]
  native::Floats speeds_{}, cosine_{}, sine_{};  // of turning; [kBlock][headWidth / 2]
  native::Floats x_{}, level_{};                 // [kBlock][width]
  native::Floats qkv_{};                         // [kBlock][3 * width]
  native::Floats gate_{}, up_{};                 // [kBlock][hidden]
  native::Floats scores_{};
  native::Floats logits_{};
};

}  // namespace antiphon
