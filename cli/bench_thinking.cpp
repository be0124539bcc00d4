#include "cli/bench_thinking.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/bench_decode.hpp"
#include "cli/exit.hpp"
#include "cli/words.hpp"
#include "model/compute/crew.hpp"
#include "model/compute/kernels.hpp"
#include "model/corpus/token_set.hpp"
#include "model/evaluation/drift.hpp"
#include "model/native_model.hpp"

namespace antiphon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kQuantCapacity = 1024;  // steps

int benchDecoding(const DecodeBenchWish& wish) {
  DecodeBenchPlan plan;
  plan.shapes = wish.shapes;
  plan.formats.clear();
  for (const std::string& name : wish.formats) plan.formats.push_back(*compute::formatCalled(name));
  plan.threads = wish.threads;
  plan.contexts = wish.contexts;
  plan.seconds = wish.seconds;
  plan.torch = !wish.noTorch;
  plan.neighbour = wish.busy;
  if (!wish.json)
    std::printf(
        "shape        format        threads context  tokens/s    p5 us median us    p99 us  prefill/s    GB/s ceiling "
        "ratio\n");
  Json json = Json::array();
  try {
    benchDecode(plan, [&](const DecodeBench& b) {
      json.push_back({{"shape", b.shape},
                      {"format", b.format},
                      {"threads", b.threads},
                      {"context", b.context},
                      {"million_parameters", b.millions},
                      {"tokens_per_s", b.tokensPerSecond},
                      {"step_p5_us", b.stepP5Us},
                      {"step_median_us", b.stepMedianUs},
                      {"step_p99_us", b.stepP99Us},
                      {"prefill_tokens_per_s", b.prefillPerSecond},
                      {"gb_per_s", b.gigabytesPerSecond},
                      {"ceiling_gb_per_s", b.ceiling},
                      {"ratio", b.ratio()},
                      {"steps", b.steps},
                      {"parts_taken_away", b.takenAway}});
      if (wish.json) return;
      std::printf("%-12s %-13s %7d %7d %9.0f %8.1f %9.1f %9.1f %10.0f %7.1f %7.1f %5.2f\n", b.shape.c_str(),
                  b.format.c_str(), b.threads, b.context, b.tokensPerSecond, b.stepP5Us, b.stepMedianUs, b.stepP99Us,
                  b.prefillPerSecond, b.gigabytesPerSecond, b.ceiling, b.ratio());
      std::fflush(stdout);
    });
  } catch (const ModelError& error) {
    throw UsageError{error.what()};
  }
  if (wish.json)
    std::printf(
        "%s\n",
        Json{{"vector_unit", compute::vectorUnit()}, {"neighbour", plan.neighbour}, {"runs", json}}.dump(2).c_str());
  return kExitOk;
}

/// What each of the smaller formats loses, against f32 on the same phrases.
int benchQuant(const QuantBenchWish& wish, AnswerWish answer) {
  try {
    const HeldSet held{wish.data};
    const std::vector<CutWindow> windows = fixedWindows(held.set(), static_cast<std::size_t>(wish.windows));
    answer.thinking.format = compute::Format::f32;
    const auto exact = modelFor(answer)->engine(kQuantCapacity);
    Json json = Json::array();
    if (!wish.json)
      std::printf("format   nats a choice   worst   likeliest same   first bars same   bits a note (f32)\n");
    for (const auto format : {compute::Format::bf16, compute::Format::int8, compute::Format::q4}) {
      answer.thinking.format = format;
      const auto rounded = modelFor(answer)->engine(kQuantCapacity);
      Drift drift;
      for (const CutWindow& cut : windows) addDrift(drift, *exact, *rounded, cut.window);
      const auto share = [](std::uint64_t part, std::uint64_t all) {
        return all > 0 ? static_cast<double>(part) / static_cast<double>(all) : 0;
      };
      const double likeliest = share(drift.likeliestSame, drift.choices),
                   bars = share(drift.firstBarsSame, drift.turns);
      json.push_back({{"format", nameOf(format)},
                      {"nats_a_choice", drift.mean()},
                      {"worst_nats", drift.worst},
                      {"choices", drift.choices},
                      {"likeliest_same", likeliest},
                      {"first_bars_same", bars},
                      {"turns", drift.turns},
                      {"bits_a_note", drift.rounded.perNote()},
                      {"bits_a_note_f32", drift.exact.perNote()}});
      if (!wish.json)
        std::printf("%-8s %13.6f %7.3f %15.1f%% %16.1f%% %12.4f (%.4f)\n", std::string{nameOf(format)}.c_str(),
                    drift.mean(), drift.worst, 100 * likeliest, 100 * bars, drift.rounded.perNote(),
                    drift.exact.perNote());
      std::fflush(stdout);
    }
    if (wish.json) std::printf("%s\n", json.dump(2).c_str());
    return kExitOk;
  } catch (const TokenSetError& error) {
    throw UsageError{error.what()};
  }
}

}  // namespace

ThinkingBenches::ThinkingBenches(CLI::App& bench) {
  decode_ =
      bench.add_subcommand("decode", "How fast models think here, beside how fast their weights can be read at all");
  decode_->add_option("--shapes", decodeWish_.shapes, "S, M, native, aria-medium (default: all)")
      ->delimiter(',')
      ->check(oneOf({"S", "M", "native", "aria-medium"}));
  decode_->add_option("--formats", decodeWish_.formats, "f32, bf16, int8, q4 (default: all)")
      ->delimiter(',')
      ->check(oneOf({"f32", "bf16", "int8", "q4"}));
  decode_->add_option("--threads", decodeWish_.threads, "Hands (default 1,2)")
      ->delimiter(',')
      ->check(wholeNumber(1, compute::kMostHelpers + 1));
  decode_->add_option("--contexts", decodeWish_.contexts, "Tokens already thought of (default 0,512,2048)")
      ->delimiter(',')
      ->check(wholeNumber(0, 4096));
  decode_->add_option("--seconds", decodeWish_.seconds, "Of thinking for each figure (default 1)")
      ->check(number(0.01, 600, "seconds"));
  decode_->add_flag("--busy", decodeWish_.busy, "Another process keeps one core busy");
  decode_->add_flag("--no-torch", decodeWish_.noTorch, "Without libtorch's figures beside ours");
  decode_->add_flag("--json", decodeWish_.json, "Print JSON");

  quant_ = bench.add_subcommand("quant", "What a model loses when it thinks in smaller numbers");
  quant_->add_option("--data", quantWish_.data, "A folder with .mid files in it")->required();
  quant_->add_option("--windows", quantWish_.windows, "How many calls (default 200)")->check(wholeNumber(1, 1'000'000));
  quant_->add_flag("--json", quantWish_.json, "Print JSON");
  answer_ = std::make_unique<AnswerFlags>(*quant_);
}

int ThinkingBenches::run() const {
  return decode_->parsed() ? benchDecoding(decodeWish_) : benchQuant(quantWish_, answer_->understand());
}

}  // namespace antiphon
