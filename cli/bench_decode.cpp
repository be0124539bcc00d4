#include "cli/bench_decode.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <optional>
#include <thread>

#include "cli/neighbour.hpp"
#include "cli/statistics.hpp"
#include "model/aria/decoder.hpp"
#include "model/dice.hpp"
#include "model/native/decoder.hpp"
#include "model/native_model.hpp"
#include "model/torch_model.hpp"

namespace antiphon {
namespace {

using compute::Format;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = 7;     // thinking and reading in turn, so that both meet the same neighbours
constexpr int kStretch = 64;   // steps before going back to the context
constexpr int kPrefill = 480;  // tokens

double secondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// A model that can be made to think of one token more.
struct MeasuredThinker {
  std::function<void(int tokens)> prefill{};
  std::function<void()> step{};
  std::function<void(int length)> rollBack{};
  std::span<const std::byte> weights{};  // that a token reads
  double memoryBytesEach = 0;            // remembered of a token, and read again by each later one
  double millions = 0;
  std::shared_ptr<void> keep{};
};

std::vector<native::Step> someSteps(int count, const native::Shape& shape) {
  Dice dice = Dice::from(5);
  std::vector<native::Step> steps(static_cast<std::size_t>(count));
  int time = 0;
  for (native::Step& step : steps) {
    for (native::Row& in : step.in) in = static_cast<native::Row>(dice.below(static_cast<std::uint64_t>(shape.rows())));
    step.time = time += static_cast<int>(dice.below(12));
  }
  return steps;
}

/// One note is one step and what all heads say of it.
MeasuredThinker overNative(std::shared_ptr<Engine> engine, const native::Shape& shape) {
  MeasuredThinker thinker;
  auto steps = std::make_shared<std::vector<native::Step>>(someSteps(engine->capacity(), shape));
  const auto speak = [engine = engine.get()] {
    std::array<native::Row, native::kHeads> said{};
    for (int head = 0; head < native::kHeads; ++head) {
      const auto h = static_cast<std::size_t>(head);
      engine->speak(static_cast<native::Head>(head), std::span{said}.first(h));
      said[h] = static_cast<native::Row>(native::kHeadRow[h]);
    }
  };
  thinker.prefill = [engine, steps](int tokens) {
    engine->extend(
        std::span{*steps}.subspan(static_cast<std::size_t>(engine->length()), static_cast<std::size_t>(tokens)));
  };
  thinker.step = [engine, steps, speak] {
    engine->extend({&(*steps)[static_cast<std::size_t>(engine->length())], 1});
    speak();
  };
  thinker.rollBack = [engine](int length) { engine->rollBack(length); };
  return thinker;
}

MeasuredThinker nativeThinker(std::shared_ptr<const native::Weights> weights, int capacity,
                              const std::shared_ptr<compute::Crew>& crew) {
  const native::Shape shape = weights->shape;
  MeasuredThinker thinker = overNative(std::make_shared<native::Decoder>(weights, capacity, crew), shape);
  thinker.weights = weights->store.bytes();
  thinker.memoryBytesEach = (weights->store.format() == Format::f32 ? 8.0 : 4.0) * shape.width * shape.layers;
  thinker.millions = static_cast<double>(native::parameters(shape)) / 1e6;
  return thinker;
}

MeasuredThinker ariaThinker(std::shared_ptr<const AriaWeights> weights, int capacity,
                            const std::shared_ptr<compute::Crew>& crew) {
  const AriaShape shape = weights->shape;
  const auto decoder = std::make_shared<AriaDecoder>(weights, capacity, crew);
  MeasuredThinker thinker;
  thinker.prefill = [decoder](int tokens) {
    std::vector<int> ids(static_cast<std::size_t>(tokens));
    std::iota(ids.begin(), ids.end(), 100);
    decoder->extend(ids);
  };
  thinker.step = [decoder] {
    const int id = 1000 + decoder->length();
    decoder->extend({&id, 1});
  };
  thinker.rollBack = [decoder](int length) { decoder->rollBack(length); };
  thinker.weights = weights->store.bytes();
  thinker.memoryBytesEach = (weights->store.format() == Format::f32 ? 8.0 : 4.0) * shape.width * shape.layers;
  thinker.millions = static_cast<double>(parametersOf(shape)) / 1e6;
  return thinker;
}

native::Shape shapeCalled(const std::string& name) {
  const int pieces = NativeModel::embedded()->shape().textPieces;
  if (name == "S") return {256, 6, 4, 704, pieces};
  if (name == "M") return {512, 8, 8, 1408, pieces};
  return NativeModel::embedded()->shape();
}

std::shared_ptr<const native::Weights> nativeWeights(const std::string& name, Format format) {
  const native::Shape shape = shapeCalled(name);
  if (name != "native") return std::make_shared<const native::Weights>(native::randomWeights(shape, 1, 0.02f, format));
  const auto file = NativeModel::embedded()->file();
  return std::make_shared<const native::Weights>(native::load(
      shape, [&](const native::TensorSpec& spec) { return file->floats(spec.name, spec.size); }, format));
}

/// Every tensor is a stretch of one pool of random numbers: how fast a model is does not depend on which they are.
std::shared_ptr<const AriaWeights> ariaWeights(Format format) {
  const std::vector<float> pool = native::randomTensor({"pool", {1 << 12, 1 << 10}}, 1, 0.02f);
  return std::make_shared<const AriaWeights>(loadAria(
      AriaShape{},
      [&](const native::TensorSpec& spec) {
        std::size_t size = 1;
        for (const std::int64_t side : spec.size) size *= static_cast<std::size_t>(side);
        std::vector<float> values(size);
        for (std::size_t i = 0; i < size; ++i) values[i] = pool[i % (pool.size() - 3)];
        return values;
      },
      AriaLoading{.format = format}));
}

/// How fast so many threads read these bytes, GB/s.
double readingOnce(std::span<const std::byte> bytes, int threads, double seconds, compute::Foresight foresight) {
  const std::size_t each = bytes.size() / static_cast<std::size_t>(threads) / 64 * 64;
  std::atomic<int> ready{0};
  std::atomic<std::uint64_t> kept{0};  // so that reading cannot be left out
  std::vector<double> rates(static_cast<std::size_t>(threads));
  std::vector<std::thread> readers;
  for (int t = 0; t < threads; ++t) {
    readers.emplace_back([&, t] {
      const std::byte* from = bytes.data() + static_cast<std::size_t>(t) * each;
      ready.fetch_add(1);
      while (ready.load() < threads) {}
      const auto begin = Clock::now();
      double times = 0;
      do {
        kept.fetch_add(compute::readAll(from, each, foresight), std::memory_order_relaxed);
        ++times;
      } while (secondsSince(begin) < seconds);
      rates[static_cast<std::size_t>(t)] = times * static_cast<double>(each) / secondsSince(begin) / 1e9;
    });
  }
  for (std::thread& reader : readers) reader.join();
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

DecodeBench measure(const MeasuredThinker& thinker, int threads, int context, double seconds) {
  DecodeBench result;
  result.threads = threads;
  result.context = context;
  result.millions = thinker.millions;
  thinker.rollBack(0);
  std::vector<double> prefills, times;
  std::array<std::vector<double>, compute::kForesights.size()> readings;  // the best is the ceiling
  for (int i = 0; i < 3; ++i) {
    thinker.rollBack(0);
    const auto begin = Clock::now();
    thinker.prefill(kPrefill);
    prefills.push_back(kPrefill / secondsSince(begin));
    if (secondsSince(begin) > seconds) break;
  }
  thinker.rollBack(0);
  for (int left = context; left > 0; left -= kPrefill) thinker.prefill(std::min(left, kPrefill));
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = Clock::now();
    do {
      for (int i = 0; i < kStretch; ++i) {
        const auto stepBegin = Clock::now();
        thinker.step();
        times.push_back(secondsSince(stepBegin));
        if (secondsSince(begin) > seconds / kRounds) break;
      }
      thinker.rollBack(context);
    } while (secondsSince(begin) < seconds / kRounds);
    if (thinker.weights.empty()) continue;
    for (const auto foresight : compute::kForesights)
      readings[static_cast<std::size_t>(foresight)].push_back(
          readingOnce(thinker.weights, threads, seconds / kRounds / 4, foresight));
  }
  result.steps = times.size();
  const double sum = std::accumulate(times.begin(), times.end(), 0.0);
  result.stepP5Us = percentile(times, 5) * 1e6;
  result.stepMedianUs = percentile(times, 50) * 1e6;
  result.stepP99Us = percentile(times, 99) * 1e6;
  result.tokensPerSecond = static_cast<double>(times.size()) / sum;
  result.prefillPerSecond = percentile(prefills, 50);
  // A token looks back at the context and at those of its stretch before it.
  const double lookedAt = context + (kStretch - 1) / 2.0;
  const double bytes = static_cast<double>(thinker.weights.size()) + thinker.memoryBytesEach * lookedAt;
  result.gigabytesPerSecond = thinker.weights.empty() ? 0 : bytes / (result.stepMedianUs * 1e3);
  for (const std::vector<double>& each : readings)
    if (!each.empty()) result.ceiling = std::max(result.ceiling, percentile(each, 50));
  return result;
}

}  // namespace

std::vector<DecodeBench> benchDecode(const DecodeBenchPlan& plan, const std::function<void(const DecodeBench&)>& told) {
  std::unique_ptr<Neighbour> neighbour;
  if (plan.neighbour) neighbour = std::make_unique<Neighbour>();
  const int longest = plan.contexts.empty() ? 0 : std::ranges::max(plan.contexts);
  const int capacity = std::max(longest, kPrefill) + kStretch;
  std::vector<DecodeBench> results;
  const auto over = [&](const std::string& shape, const std::string& format, const MeasuredThinker& thinker,
                        int threads, const compute::Crew* crew) {
    for (const int context : plan.contexts) {
      const std::uint64_t before = crew != nullptr ? crew->takenAway() : 0;
      DecodeBench result = measure(thinker, threads, context, plan.seconds);
      result.shape = shape;
      result.format = format;
      result.takenAway = crew != nullptr ? crew->takenAway() - before : 0;
      results.push_back(result);
      told(results.back());
    }
  };
  for (const std::string& shape : plan.shapes) {
    for (const Format format : plan.formats) {
      const bool aria = shape == "aria-medium";
      const auto native = aria ? nullptr : nativeWeights(shape, format);
      const auto big = aria ? ariaWeights(format) : nullptr;
      for (const int threads : plan.threads) {
        const auto crew = std::make_shared<compute::Crew>(threads - 1);
        over(shape, std::string{nameOf(format)},
             aria ? ariaThinker(big, capacity, crew) : nativeThinker(native, capacity, crew), threads, crew.get());
      }
    }
    if (plan.torch && shape != "aria-medium") {
      const native::Shape sizes = shapeCalled(shape);
      const auto torch = torchEngines(
          sizes, [](const native::TensorSpec& spec) { return native::randomTensor(spec, 1, 0.02f); }, false);
      MeasuredThinker thinker = overNative(torch(capacity), sizes);
      thinker.millions = static_cast<double>(native::parameters(sizes)) / 1e6;
      over(shape, "libtorch f32", thinker, static_cast<int>(std::thread::hardware_concurrency()), nullptr);
    }
  }
  return results;
}

}  // namespace antiphon
