// All that learning must find again after a break, in one file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/native/shape.hpp"
#include "model/torch/door.hpp"
#include "model/training/batches.hpp"

namespace antiphon {

struct LearningStateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct LearningProgress {
  std::uint64_t steps = 0;
  std::uint64_t notes = 0;
  BatchPlace place{};
  double seconds = 0;
  std::uint64_t stepsBefore = 0;  // of the model that learning began from; notes and seconds hold that model's as well
};

/// What the state belongs to; going on with another is refused.
struct LearningIdentity {
  native::Shape shape{};
  std::uint64_t seed = 1;
  std::uint64_t tokenSet = 0;  // TokenSet::fingerprint
  std::int32_t shardSteps = 0, shardsPerStep = 0;
  friend bool operator==(const LearningIdentity&, const LearningIdentity&) = default;
};

/// Written beside the path, then renamed: a kill in mid-write leaves the state before.
void saveLearning(const std::filesystem::path& path, const LearningIdentity& identity, const LearningProgress& progress,
                  torch_door::Net& net);
/// Nothing when there is no such file; throws when it is damaged or belongs to other learning.
std::optional<LearningProgress> loadLearning(const std::filesystem::path& path, const LearningIdentity& identity,
                                             torch_door::Net& net);

}  // namespace antiphon
