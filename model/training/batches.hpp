// Windows put together by length, so that little is padded: the stream of batches that a model learns from.
#pragma once

#include <functional>
#include <vector>

#include "model/torch/door.hpp"
#include "model/training/windows.hpp"

namespace antiphon {

/// A batch with its own storage.
struct StoredBatch {
  int rows = 0;
  int length = 0;
  std::vector<std::uint16_t> in{};
  std::vector<std::int32_t> time{};
  std::vector<std::int16_t> out{};

  torch_door::Batch view() const { return {rows, length, in.data(), time.data(), out.data()}; }
};

StoredBatch batchOf(const std::vector<std::vector<native::Step>>& sequences);

/// Leaves out some of what each step is told of the note before it, so that music comes back never quite the same and
/// cannot be learnt by heart; what is to be said, and where, stays. As many as the dice say, up to `most`.
void listenPast(std::vector<native::Step>& steps, double most, Dice& dice);

struct BatchPlan {
  std::uint64_t seed = 1;
  int shardSteps = 1024;  // padded steps in a shard
  int shardsPerStep = 4;  // learnt from together
  double textTold = 0.5;  // how often a window keeps its style text
  double misheard = 0.2;  // most lengths and velocities, and half as many pitches, that a window listens past
};

/// Where the stream stands. The batches that follow depend on this and the plan alone.
struct BatchPlace {
  std::uint64_t pool = 0;
  std::uint64_t position = 0;
};

class BatchStream {
 public:
  using Words = std::function<std::vector<int>(const std::string&)>;
  BatchStream(const WindowCutter& cutter, const BatchPlan& plan, Words words, BatchPlace place = {});

  /// The shards of the next step of learning.
  std::vector<StoredBatch> next();
  BatchPlace place() const { return place_; }

 private:
  void fill();

  const WindowCutter& cutter_;
  BatchPlan plan_;
  Words words_;
  BatchPlace place_;
  std::vector<StoredBatch> pool_;
};

}  // namespace antiphon
