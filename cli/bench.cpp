// antiphon bench: how exactly the clock is followed and the notes leave, and whether anything ever sticks.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/answerers.hpp"
#include "cli/bench_answer.hpp"
#include "cli/bench_thinking.hpp"
#include "cli/bench_timing_real.hpp"
#include "cli/bench_timing_virtual.hpp"
#include "cli/benches.hpp"
#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/run_flags.hpp"
#include "cli/soak.hpp"
#include "cli/words.hpp"

namespace antiphon {
namespace {

using Json = nlohmann::ordered_json;

struct TimingWish {
  bool json = false;
  bool virtualOnly = false;
  int seeds = 400;
  int turns = 40;
};

Json timingJson(const TimingError& error) {
  return {{"p50_ms", error.p50Ms}, {"p99_ms", error.p99Ms}, {"worst_ms", error.worstMs}, {"rms_ms", error.rmsMs}};
}

Json timingJson(const VirtualTiming& timing) {
  Json json{{"seeds", timing.seeds}, {"pulses_sent", timing.pulsesSent}, {"pulses_counted", timing.pulsesCounted}};
  for (const SteadyTiming& steady : timing.steady) {
    json["steady"].push_back({{"bpm", steady.bpm},
                              {"jitter_ms", steady.jitterMs},
                              {"after_bars", steady.bars},
                              {"follower", timingJson(steady.follower)},
                              {"least_squares", timingJson(steady.line)},
                              {"p99_ratio", steady.p99Ratio},
                              {"rms_ratio", steady.rmsRatio}});
  }
  for (const StepTiming& step : timing.steps) {
    json["steps"].push_back({{"from_bpm", step.fromBpm},
                             {"to_bpm", step.toBpm},
                             {"jitter_ms", step.jitterMs},
                             {"second_beat", timingJson(step.secondBeat)},
                             {"third_bar", timingJson(step.thirdBar)},
                             {"third_bar_p99_ratio", step.thirdBarP99Ratio}});
  }
  for (const RampTiming& ramp : timing.ramps) {
    json["ramps"].push_back({{"from_bpm", ramp.fromBpm},
                             {"to_bpm", ramp.toBpm},
                             {"bars", ramp.bars},
                             {"jitter_ms", ramp.jitterMs},
                             {"worst_bar_mean_ms", ramp.worstBarMeanMs},
                             {"during", timingJson(ramp.ramp)},
                             {"after", timingJson(ramp.after)}});
  }
  return json;
}

Json timingJson(const RealTimingRun& run) {
  if (run.unavailable) return {{"unavailable", *run.unavailable}};
  Json json = Json::array();
  for (const RealTiming& real : run.tempos) {
    json.push_back(
        {{"bpm", real.bpm},
         {"turns", real.turns},
         {"notes", real.notes},
         {"stuck_notes", real.stuck},
         {"messages_outside", real.outside},
         {"first_note", {{"p50_ms", real.firstP50Ms}, {"p99_ms", real.firstP99Ms}, {"worst_ms", real.firstWorstMs}}},
         {"other_notes", {{"p50_ms", real.otherP50Ms}, {"p99_ms", real.otherP99Ms}, {"worst_ms", real.otherWorstMs}}},
         {"margin", {{"median_ms", real.marginMedianMs}, {"worst_ms", real.marginWorstMs}}},
         {"late_bars", real.lateBars}});
  }
  return json;
}

void print(const VirtualTiming& timing) {
  std::printf("Virtual time: %d clocks each, errors of sent times against the true grid, in ms\n", timing.seeds);
  std::printf("  steady     jitter  after     p50     p99  least squares p99   ratio\n");
  for (const SteadyTiming& s : timing.steady) {
    std::printf("  %5.0f BPM  +-%.0f ms %2d bars  %6.3f  %6.3f  %17.3f  %6.2f\n", s.bpm, s.jitterMs, s.bars,
                s.follower.p50Ms, s.follower.p99Ms, s.line.p99Ms, s.p99Ratio);
  }
  std::printf("  step         jitter   a beat later: p99   worst   two bars later: p99   ratio\n");
  for (const StepTiming& s : timing.steps) {
    std::printf("  %3.0f -> %3.0f   +-%.0f ms  %18.3f  %6.3f  %19.3f  %6.2f\n", s.fromBpm, s.toBpm, s.jitterMs,
                s.secondBeat.p99Ms, s.secondBeat.worstMs, s.thirdBar.p99Ms, s.thirdBarP99Ratio);
  }
  std::printf("  ramp                    jitter   worst bar's mean     p99   after: p99\n");
  for (const RampTiming& r : timing.ramps) {
    std::printf("  %3.0f -> %3.0f over %2d bars  +-%.0f ms  %16.3f  %6.3f  %11.3f\n", r.fromBpm, r.toBpm, r.bars,
                r.jitterMs, r.worstBarMeanMs, r.ramp.p99Ms, r.after.p99Ms);
  }
  std::printf("  pulses sent %lld, counted %lld\n", static_cast<long long>(timing.pulsesSent),
              static_cast<long long>(timing.pulsesCounted));
}

void print(const RealTimingRun& run) {
  if (run.unavailable) {
    std::printf("Over JACK: not measured: %s\n", run.unavailable->c_str());
    return;
  }
  std::printf("Over JACK (dummy server, 48 kHz, 256 frames), against the frame of the true place, in ms\n");
  std::printf(
      "  tempo    turns  notes  first p50   p99  worst  others p50   p99  worst  margin median  worst  late bars  "
      "stuck\n");
  for (const RealTiming& r : run.tempos) {
    std::printf("  %3.0f BPM  %5d  %5d  %9.3f %5.3f %6.3f  %10.3f %5.3f %6.3f  %13.1f %6.1f  %9d  %5d\n", r.bpm,
                r.turns, r.notes, r.firstP50Ms, r.firstP99Ms, r.firstWorstMs, r.otherP50Ms, r.otherP99Ms,
                r.otherWorstMs, r.marginMedianMs, r.marginWorstMs, r.lateBars, r.stuck);
  }
}

int benchTiming(const TimingWish& wish) {
  const VirtualTiming inTheory = measureVirtualTiming(wish.seeds);
  if (!wish.json) print(inTheory);
  std::optional<RealTimingRun> real;
  if (!wish.virtualOnly) real = measureRealTiming({93, 174}, wish.turns);
  if (wish.json) {
    Json json{{"virtual", timingJson(inTheory)}};
    if (real) json["real"] = timingJson(*real);
    std::printf("%s\n", json.dump(2).c_str());
  } else if (real) {
    print(*real);
  }
  return kExitOk;
}

int benchSoak(std::int64_t bars, std::uint64_t seed, bool json) {
  const SoakResult r = soak(bars, seed, [&](std::int64_t done) {
    if (!json && done % 10'000 == 0)
      std::fprintf(stderr, "\r%lld of %lld bars", static_cast<long long>(done), static_cast<long long>(bars));
  });
  const double speed = static_cast<double>(r.bars) / r.cpuSeconds;
  const Json figures{{"bars", r.bars},
                     {"turns", r.turns},
                     {"notes_heard", r.notesHeard},
                     {"notes_played", r.notesPlayed},
                     {"stuck_notes", r.stuck},
                     {"doubled_notes", r.doubled},
                     {"messages_outside", r.outside},
                     {"times_backwards", r.backwards},
                     {"answers_off_the_bar_line", r.offDownbeat},
                     {"cpu_seconds", r.cpuSeconds},
                     {"bars_per_cpu_second", speed}};
  if (json) {
    std::printf("%s\n", figures.dump(2).c_str());
  } else {
    std::fprintf(stderr, "\r\x1b[K");
    for (const auto& [name, value] : figures.items()) std::printf("%-26s %s\n", name.c_str(), value.dump().c_str());
    std::printf("%s\n", r.clean() ? "clean" : "NOT CLEAN");
  }
  return r.clean() ? kExitOk : kExitFailed;
}

struct AnswerBenchWish {
  int turns = 25;
  std::string answerer = "model";
  bool json = false, quiet = false;
};

int benchAnswers(const AnswerBenchWish& wish, const AnswerWish& answer) {
  AnswerBenchPlan plan;
  plan.turns = wish.turns;
  plan.neighbour = !wish.quiet;
  plan.answerer = makeAnswerer(wish.answerer, answer).make;
  if (!wish.json)
    std::printf(
        "   bpm  bars  turns  notes  late bars  late notes  downbeat    margin: median   worst   sent within\n");
  Json json = Json::array();
  int turns = 0, late = 0;
  benchAnswer(plan, [&](const AnswerBench& b) {
    turns += b.turns;
    late += b.lateBars;
    json.push_back({{"bpm", b.bpm},
                    {"measures", b.measures},
                    {"turns", b.turns},
                    {"notes", b.notes},
                    {"late_bars", b.lateBars},
                    {"late_notes", b.lateNotes},
                    {"first_note_on_downbeat", b.onDownbeat},
                    {"begins_with_a_rest", b.silentFirstBeats},
                    {"margin_median_ms", b.marginMedianMs},
                    {"margin_worst_ms", b.marginWorstMs},
                    {"sent_worst_ms", b.sentWorstMs}});
    if (wish.json) return;
    std::printf("%6.0f %5d %6d %6d %10d %11d %6d+%-3d %11.1f ms %6.1f ms %8.2f ms\n", b.bpm, b.measures, b.turns,
                b.notes, b.lateBars, b.lateNotes, b.onDownbeat, b.silentFirstBeats, b.marginMedianMs, b.marginWorstMs,
                b.sentWorstMs);
    std::fflush(stdout);
  });
  if (wish.json)
    std::printf(
        "%s\n",
        Json{{"turns", turns}, {"late_bars", late}, {"neighbour", plan.neighbour}, {"runs", json}}.dump(2).c_str());
  else
    std::printf("%d turns, %d late bars%s\n", turns, late, plan.neighbour ? ", with another process on one core" : "");
  return late == 0 ? kExitOk : kExitFailed;
}

}  // namespace

Action addBench(CLI::App& app) {
  auto* bench = app.add_subcommand("bench", "Measure");
  bench->require_subcommand(1);
  auto* timing = bench->add_subcommand("timing", "How exactly the clock is followed and the notes leave");
  auto wish = std::make_shared<TimingWish>();
  timing->add_flag("--json", wish->json, "Print JSON");
  timing->add_flag("--virtual-only", wish->virtualOnly,
                   "Leave out the measurement over JACK, which takes as long as the music");
  timing->add_option("--seeds", wish->seeds, "Clocks for each figure in virtual time (default 400)")
      ->check(wholeNumber(1, 100'000));
  timing->add_option("--turns", wish->turns, "Turns at each tempo over JACK (default 40)")
      ->check(wholeNumber(1, 10'000));

  auto* soaking = bench->add_subcommand("soak", "Play for very long in virtual time, and look for stuck notes");
  auto bars = std::make_shared<std::int64_t>(100'000);
  auto seed = std::make_shared<std::uint64_t>(1);
  auto soakJson = std::make_shared<bool>(false);
  soaking->add_option("--bars", *bars, "At least so many (default 100000)")->check(wholeNumber(1, 1'000'000'000L));
  soaking->add_option("--seed", *seed, "Another seed, another evening (default 1)")
      ->check(wholeNumber(0, 1'000'000'000L));
  soaking->add_flag("--json", *soakJson, "Print JSON");

  auto* answering = bench->add_subcommand("answer", "Answers in real time over the loopback, beside a busy neighbour");
  auto answerWish = std::make_shared<AnswerBenchWish>();
  answering->add_option("--turns", answerWish->turns, "Turns at each of two tempos and four lengths (default 25)")
      ->check(wholeNumber(1, 10'000));
  answering->add_option("--answerer", answerWish->answerer, "Who answers (default model)")->check(oneOf(kAnswerers));
  answering->add_flag("--alone", answerWish->quiet, "Without the busy neighbour");
  answering->add_flag("--json", answerWish->json, "Print JSON");
  auto answerFlags = std::make_shared<AnswerFlags>(*answering);

  const auto thinking = std::make_shared<ThinkingBenches>(*bench);
  const std::vector<std::pair<std::string, Action>> others{
      {"synth", addSynthBench(*bench)},         {"sound", addSoundBench(*bench)}, {"control", addControlBench(*bench)},
      {"http", addHttpBench(*bench)},           {"cores", addCoresBench(*bench)}, {"mix", addMixBench(*bench)},
      {"generate", addGenerationBench(*bench)}, {"ears", addEarsBench(*bench)},   {"reload", addReloadBench(*bench)}};

  return [=] {
    if (thinking->wanted()) return thinking->run();
    for (const auto& [name, measure] : others) {
      if (bench->got_subcommand(name)) return measure();
    }
    if (answering->parsed()) return benchAnswers(*answerWish, answerFlags->understand());
    return soaking->parsed() ? benchSoak(*bars, *seed, *soakJson) : benchTiming(*wish);
  };
}

}  // namespace antiphon
