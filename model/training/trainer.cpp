#include "model/training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>

#include "model/torch_plugin.hpp"
#include "model/training/loss_plot.hpp"

namespace antiphon {
namespace {

constexpr double kSmoothing = 0.02;

nlohmann::json asJson(const std::map<std::string, Bits>& bits) {
  nlohmann::json json;
  for (const auto& [source, b] : bits) {
    json[source] = {{"bits", b.perNote()},
                    {"timing", b.perNote(native::nextHead)},
                    {"pitch", b.perNote(native::pitchHead)},
                    {"length", b.perNote(native::lengthHead)},
                    {"velocity", b.perNote(native::velocityHead)},
                    {"notes", b.notes}};
  }
  return json;
}

/// Lines of a run that was killed after its last save are dropped: they will be lived through again.
void cutLog(const std::filesystem::path& path, std::uint64_t step) {
  std::ifstream in{path};
  std::string kept;
  for (std::string line; std::getline(in, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_object() && json.value("step", std::uint64_t{0}) <= step) kept += line + "\n";
  }
  in.close();
  std::ofstream{path, std::ios::trunc} << kept;
}

}  // namespace

double rateAt(const LearningPlan& plan, std::uint64_t step) {
  const double now = static_cast<double>(step), all = static_cast<double>(plan.steps);
  const double up = std::min(1.0, (now + 1) / std::max(1.0, plan.warmUp));
  const double down = plan.decay <= 0 ? 1.0 : std::clamp((all - now) / (all * plan.decay), 0.0, 1.0);
  return plan.rate * std::min(up, down);
}

JudgeBatch judgeOf(torch_door::Net& net) {
  return [&net](const StoredBatch& batch) {
    std::vector<float> nats(static_cast<std::size_t>(batch.rows) * static_cast<std::size_t>(batch.length) *
                            native::kHeads);
    if (!net.judge(batch.view(), nats.data())) throw TorchError{net.error()};
    return nats;
  };
}

LearningProgress learn(const LearningPlan& plan, const TokenSet& set, const StyleText& style, torch_door::Net& net,
                       const std::filesystem::path& folder, const std::function<void(const LearningReport&)>& report,
                       const std::atomic<bool>& stop) {
  using Clock = std::chrono::steady_clock;
  const LearningIdentity identity{plan.shape, plan.batches.seed, set.fingerprint(), plan.batches.shardSteps,
                                  plan.batches.shardsPerStep};
  std::filesystem::create_directories(folder);
  const auto statePath = folder / "state.bin", logPath = folder / "metrics.jsonl";
  LearningProgress progress = loadLearning(statePath, identity, net).value_or(plan.before);
  cutLog(logPath, progress.steps);
  std::ofstream log{logPath, std::ios::app};

  const WindowCutter cutter{set, Split::train};
  const std::vector<CutWindow> held = fixedWindows(set, plan.judged);
  const auto words = [&](const std::string& text) { return style.pieces(text); };
  BatchStream stream{cutter, plan.batches, words, progress.place};
  const std::uint64_t firstStep = progress.steps;
  const auto began = Clock::now();
  const double secondsBefore = progress.seconds;
  double smooth = 0;
  std::uint64_t modelSteps = 0;
  const auto save = [&] {
    progress.seconds = secondsBefore + std::chrono::duration<double>(Clock::now() - began).count();
    saveLearning(statePath, identity, progress, net);
  };

  while (progress.steps < plan.steps && !stop) {
    const std::vector<StoredBatch> shards = stream.next();
    std::vector<torch_door::Batch> views;
    for (const StoredBatch& shard : shards) views.push_back(shard.view());
    const double rate = rateAt(plan, progress.steps);
    torch_door::Learnt learnt;
    // No two shards of a run have the same chance, and one that was interrupted has again what it had.
    const std::uint64_t chance = (plan.batches.seed << 32) + progress.steps * views.size();
    const torch_door::Lesson lesson{rate, plan.weightDecay, plan.clip, plan.dropout, chance};
    if (!net.learn(views.data(), static_cast<int>(views.size()), lesson, &learnt)) throw TorchError{net.error()};
    ++progress.steps;
    progress.place = stream.place();
    progress.notes += static_cast<std::uint64_t>(learnt.counted[native::pitchHead]);
    modelSteps += static_cast<std::uint64_t>(learnt.counted[native::nextHead]);

    double nats = 0;
    for (const double n : learnt.nats) nats += n;
    const double bits =
        nats / std::numbers::ln2 / static_cast<double>(std::max<std::int64_t>(1, learnt.counted[native::pitchHead]));
    smooth = progress.steps == firstStep + 1 ? bits : smooth + kSmoothing * (bits - smooth);
    const double spent = std::chrono::duration<double>(Clock::now() - began).count();
    const double each = spent / static_cast<double>(progress.steps - firstStep);
    if (progress.steps % 10 == 0) {
      log << nlohmann::json{{"step", progress.steps}, {"notes", progress.notes},     {"bits", bits},
                            {"rate", rate},           {"gradient", learnt.gradient}, {"seconds", secondsBefore + spent}}
                 .dump()
          << std::endl;
    }
    report({progress.steps, plan.steps, progress.notes, smooth, static_cast<double>(modelSteps) / spent,
            each * static_cast<double>(plan.steps - progress.steps)});
    if (progress.steps % plan.judgeEvery == 0 || progress.steps == plan.steps) {
      log << nlohmann::json{{"step", progress.steps},
                            {"notes", progress.notes},
                            {"valid", asJson(judge(held, set, judgeOf(net)))}}
                 .dump()
          << std::endl;
      drawLoss(logPath, folder / "loss.svg");
    }
    if (progress.steps % plan.saveEvery == 0) save();
  }
  save();
  return progress;
}

}  // namespace antiphon
