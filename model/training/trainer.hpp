// Learns: batches in, a model out, with a log of how it went.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>

#include "model/native/shape.hpp"
#include "model/style/style_text.hpp"
#include "model/training/judgement.hpp"
#include "model/training/learning_state.hpp"

namespace antiphon {

struct LearningPlan {
  native::Shape shape{};
  BatchPlan batches{};
  std::uint64_t steps = 3000;
  double rate = 2e-3;
  double warmUp = 100;     // steps
  double decay = 1.0 / 3;  // the last part of the steps, along which the rate falls to nothing
  double weightDecay = 0.05;
  double clip = 1.0;
  double dropout = 0;
  int threads = 2;
  bool cuda = false;
  bool bf16 = false;
  std::uint64_t saveEvery = 100;
  std::uint64_t judgeEvery = 250;
  std::size_t judged = 200;   // windows
  LearningProgress before{};  // what the weights have been through that learning begins with
};

struct LearningReport {
  std::uint64_t step = 0, steps = 0, notes = 0;
  double bits = 0;            // a note, smoothed
  double stepsPerSecond = 0;  // of the model: what others call tokens
  double secondsLeft = 0;
};

double rateAt(const LearningPlan& plan, std::uint64_t step);

/// Learns in `folder`: state.bin, metrics.jsonl, loss.svg. Goes on where an earlier run stopped. Returns when all
/// steps are done or `stop` is set; the state is saved either way.
LearningProgress learn(const LearningPlan& plan, const TokenSet& set, const StyleText& style, torch_door::Net& net,
                       const std::filesystem::path& folder, const std::function<void(const LearningReport&)>& report,
                       const std::atomic<bool>& stop);

/// net.judge() as judge() wants it; throws TorchError.
JudgeBatch judgeOf(torch_door::Net& net);

}  // namespace antiphon
