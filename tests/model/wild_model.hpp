#pragma once

#include <memory>

#include "model/native/decoder.hpp"
#include "model/native_model.hpp"

namespace antiphon::testing {

/// A model whose weights are chance: whatever it thinks, what it plays must be music.
inline std::shared_ptr<const NativeModel> wildModel(std::uint64_t seed = 1) {
  const auto style = std::make_shared<const StyleText>(
      learnStyleText({"pop ballad", "irish jig", "rock drums", "slow blues in 6/8", "chopin mazurka in a minor"}, 50));
  const native::Shape shape{32, 2, 2, 64, style->size()};
  const auto weights = std::make_shared<const native::Weights>(native::randomWeights(shape, seed, 0.3f));
  return std::make_shared<NativeModel>(
      nullptr, shape, style, [weights](int capacity) { return std::make_unique<native::Decoder>(weights, capacity); });
}

}  // namespace antiphon::testing
