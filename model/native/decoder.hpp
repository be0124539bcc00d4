// The native model on the processor: the formulas of shape.hpp on the kernels of model/compute.
#pragma once

#include <memory>

#include "model/engine.hpp"
#include "model/native/weights.hpp"

namespace antiphon::native {

/// All memory is taken in the constructor. However the steps are split among calls of extend(), and however many hands
/// the crew has, the outcome is the same to the last bit.
class Decoder final : public Engine {
 public:
  /// Throws std::invalid_argument when there are no weights, or capacity is not above 0. Without a crew it works alone.
  Decoder(std::shared_ptr<const Weights> weights, int capacity, std::shared_ptr<compute::Crew> crew = nullptr);

  int length() const override { return trunk_.length(); }
  int capacity() const override { return trunk_.capacity(); }
  /// Throws std::out_of_range as well, when a step names a row that the table does not have; then nothing has changed.
  void extend(std::span<const Step> steps) override;
  /// Throws std::out_of_range when there is no such length.
  void rollBack(int length) override;
  /// Throws std::logic_error when nothing was thought since the last rollBack(), std::out_of_range on a row that is
  /// none.
  std::span<const float> speak(Head head, std::span<const Row> said) override;

 private:
  std::size_t at(int index) const { return static_cast<std::size_t>(index); }
  void block(std::span<const Step> steps);

  std::shared_ptr<const Weights> weights_;
  compute::Trunk trunk_;
  bool thought_ = false;                  // last_ holds what the heads start from
  Floats speeds_;                         // of turning
  Floats last_, mixed_, level_, logits_;  // of the heads
};

}  // namespace antiphon::native
