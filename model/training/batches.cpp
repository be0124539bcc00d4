#include "model/training/batches.hpp"

#include <algorithm>

namespace antiphon {
namespace {

constexpr std::size_t kPoolWindows = 768;

}  // namespace

StoredBatch batchOf(const std::vector<std::vector<native::Step>>& sequences) {
  StoredBatch batch;
  batch.rows = static_cast<int>(sequences.size());
  std::size_t longest = 0;
  for (const auto& sequence : sequences) longest = std::max(longest, sequence.size());
  batch.length = static_cast<int>(longest);
  batch.in.assign(sequences.size() * longest * native::kColumns, native::kNothing);
  batch.time.assign(sequences.size() * longest, 0);
  batch.out.assign(sequences.size() * longest * native::kHeads, native::kNoTarget);
  for (std::size_t row = 0; row < sequences.size(); ++row) {
    for (std::size_t i = 0; i < sequences[row].size(); ++i) {
      const native::Step& step = sequences[row][i];
      const std::size_t at = row * longest + i;
      std::ranges::copy(step.in, batch.in.begin() + static_cast<std::ptrdiff_t>(at * native::kColumns));
      batch.time[at] = step.time;
      std::ranges::copy(step.out, batch.out.begin() + static_cast<std::ptrdiff_t>(at * native::kHeads));
    }
  }
  return batch;
}

void listenPast(std::vector<native::Step>& steps, double most, Dice& dice) {
  const double share = most * dice.unit();
  for (native::Step& step : steps) {
    if (dice.unit() < share / 2) step.in[native::lastPitch] = native::kNothing;
    if (dice.unit() < share) step.in[native::lastLength] = native::kNothing;
    if (dice.unit() < share) step.in[native::lastVelocity] = native::kNothing;
  }
}

BatchStream::BatchStream(const WindowCutter& cutter, const BatchPlan& plan, Words words, BatchPlace place)
    : cutter_{cutter}, plan_{plan}, words_{std::move(words)}, place_{place} {
  fill();
}

void BatchStream::fill() {
  Dice dice = Dice::from(plan_.seed * 0x9E3779B97F4A7C15u + place_.pool);
  std::vector<std::vector<native::Step>> sequences;
  for (std::size_t i = 0; i < kPoolWindows; ++i) {
    CutWindow cut = cutter_.cut(dice);
    if (dice.unit() < plan_.textTold && !cut.texts.empty())
      cut.window.text = words_(cut.texts[dice.below(cut.texts.size())]);
    sequences.push_back(native::encode(cut.window));
    listenPast(sequences.back(), plan_.misheard, dice);
  }
  std::ranges::stable_sort(sequences, {}, &std::vector<native::Step>::size);
  pool_.clear();
  std::vector<std::vector<native::Step>> shard;
  for (auto& sequence : sequences) {
    if (!shard.empty() && (shard.size() + 1) * sequence.size() > static_cast<std::size_t>(plan_.shardSteps)) {
      pool_.push_back(batchOf(shard));
      shard.clear();
    }
    shard.push_back(std::move(sequence));
  }
  if (!shard.empty()) pool_.push_back(batchOf(shard));
  for (std::size_t i = pool_.size(); i > 1; --i) std::swap(pool_[i - 1], pool_[dice.below(i)]);
}

std::vector<StoredBatch> BatchStream::next() {
  std::vector<StoredBatch> shards;
  while (shards.size() < static_cast<std::size_t>(plan_.shardsPerStep)) {
    if (place_.position >= pool_.size()) {
      ++place_.pool;
      place_.position = 0;
      fill();
    }
    shards.push_back(pool_[place_.position++]);
  }
  return shards;
}

}  // namespace antiphon
