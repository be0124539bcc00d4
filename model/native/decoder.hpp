// The native model on the processor: the formulas of shape.hpp in f32, on one thread.
#pragma once

#include <memory>

#include "model/engine.hpp"
#include "model/native/weights.hpp"

namespace antiphon::native {

/// All memory is taken in the constructor. However the steps are split among calls of extend(), the outcome is the same
/// to the last bit.
class Decoder final : public Engine {
 public:
  /// Throws std::invalid_argument when there are no weights, or capacity is not above 0.
  Decoder(std::shared_ptr<const Weights> weights, int capacity);

  int length() const override { return length_; }
  int capacity() const override { return capacity_; }
  /// Throws std::out_of_range as well, when a step names a row that the table does not have; then nothing has changed.
  void extend(std::span<const Step> steps) override;
  /// Throws std::out_of_range when there is no such length.
  void rollBack(int length) override;
  /// Throws std::logic_error when nothing was thought since the last rollBack(), std::out_of_range on a row that is
  /// none.
  std::span<const float> speak(Head head, std::span<const Row> said) override;

 private:
  static constexpr int kBlock = 48;  // steps that go through a layer together

  std::size_t at(int index) const { return static_cast<std::size_t>(index); }
  float* row(Floats& rows, int index, int width) const { return rows.data() + at(index) * at(width); }
  void block(std::span<const Step> steps);
  void turnings(std::span<const Step> steps);
  void attention(int layer, int rows);
  void remember(int layer, int head, int place, const float* key, const float* value);
  void listen(int layer, int head, int place, const float* query, float* heard);
  void turn(float* vector, int row) const;

  std::shared_ptr<const Weights> weights_;
  int capacity_;
  int length_ = 0;
  bool thought_ = false;  // last_ holds what the heads start from

  // Of each layer and head, in panels: keys as [capacity / 32][headWidth][32], values as [headWidth /
  // 32][capacity][32].
  Floats keys_, values_;
  std::size_t keysSize_, valuesSize_;

  Floats speeds_;         // of turning
  Floats cosine_, sine_;  // [kBlock][2 halves][headWidth / 4]
  Floats x_, level_;      // [kBlock][width]
  Floats qkv_;            // [kBlock][3 * width]
  Floats gate_, up_;      // [kBlock][hidden]
  Floats scores_;
  Floats last_, mixed_, hidden_, logits_;  // of the heads
};

}  // namespace antiphon::native
