// Eight heavy chains, made period by period as a sound card would ask for them: by one thread, and by two that share
// them and meet at the end of each period. The engine uses one; these figures are why.
#include "cli/benches.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "bridge/thread_priority.hpp"
#include "cli/exit.hpp"
#include "cli/neighbour.hpp"
#include "cli/statistics.hpp"
#include "cli/words.hpp"
#include "synth/desk.hpp"
#include "synth/writing.hpp"

namespace antiphon {

namespace {

struct CoresWish {
  int periods = 2000;
  bool json = false;
};

using Steady = std::chrono::steady_clock;

constexpr int kChains = 8, kVoices = 8, kPeriod = 128;
constexpr synth::SampleRate kCoresRate{48000};
constexpr auto kSpan = std::chrono::nanoseconds{static_cast<std::int64_t>(kPeriod * 1e9 / kCoresRate.hertz)};

/// Some of the chains, each an instrument with all its voices sounding.
class Half {
 public:
  explicit Half(int chains) : desk_{kCoresRate} {
    synth::Patch patch;
    for (int i = 0; i < chains; ++i) {
      const std::string name = "pad" + std::to_string(i);
      const synth::PatchWord type{{}, "pad"};
      synth::create(patch, name, {&type, 1});
      synth::chain(patch, name + " > out", 0.1);
    }
    desk_.load(patch);
    for (int i = 0; i < chains; ++i) {
      for (int v = 0; v < kVoices; ++v) {
        const auto key = static_cast<float>(36 + 4 * v + i);
        desk_.machine().strike(desk_.played("pad" + std::to_string(i)), {synth::Gesture::Kind::keyDown, key, 0.8f}, {});
      }
    }
  }
  void play() { desk_.machine().render(left_.data(), right_.data(), kPeriod, {}); }

 private:
  synth::Desk desk_;
  std::array<float, kPeriod> left_{}, right_{};
};

/// Microseconds that each period took.
std::vector<double> alone(int periods, bool urgent) {
  Half all{kChains};
  std::vector<double> took;
  std::thread player{[&] {
    if (urgent) raiseThisThread();
    for (auto next = Steady::now(); static_cast<int>(took.size()) < periods; next += kSpan) {
      std::this_thread::sleep_until(next);
      const auto begun = Steady::now();
      all.play();
      took.push_back(std::chrono::duration<double, std::micro>(Steady::now() - begun).count());
    }
  }};
  player.join();
  return took;
}

/// The same, by two threads; each waits for the other as cheaply as the system can.
std::vector<double> together(int periods, bool urgent) {
  Half mine{kChains / 2}, theirs{kChains - kChains / 2};
  std::vector<double> took;
  std::atomic<int> asked{0}, made{0};
  const auto reached = [](std::atomic<int>& count, int goal) {
    for (int seen = count.load(); seen < goal; seen = count.load()) count.wait(seen);
  };
  std::thread helper{[&] {
    if (urgent) raiseThisThread();
    for (int period = 1; period <= periods; ++period) {
      reached(asked, period);
      theirs.play();
      made.store(period);
      made.notify_one();
    }
  }};
  std::thread player{[&] {
    if (urgent) raiseThisThread();
    auto next = Steady::now();
    for (int period = 1; period <= periods; ++period, next += kSpan) {
      std::this_thread::sleep_until(next);
      const auto begun = Steady::now();
      asked.store(period);
      asked.notify_one();
      mine.play();
      reached(made, period);
      took.push_back(std::chrono::duration<double, std::micro>(Steady::now() - begun).count());
    }
  }};
  player.join();
  helper.join();
  return took;
}

int benchCores(const CoresWish& wish) {
  nlohmann::ordered_json runs = nlohmann::ordered_json::array();
  if (!wish.json)
    std::printf("%d chains of %d voices, periods of %d us\n%-12s %-10s %-6s %9s %9s %9s %12s\n", kChains, kVoices,
                static_cast<int>(kSpan.count() / 1000), "neighbours", "priority", "cores", "median", "p99", "worst",
                "too late");
  const bool granted = probeThreadPriority() == ThreadPriority::realtime;
  for (int busy = 0; busy <= 2; ++busy) {
    std::vector<std::unique_ptr<Neighbour>> neighbours;
    for (int i = 0; i < busy; ++i) neighbours.push_back(std::make_unique<Neighbour>());
    for (const bool urgent : {false, true}) {
      if (urgent && !granted) continue;
      for (const int cores : {1, 2}) {
        const auto took = cores == 1 ? alone(wish.periods, urgent) : together(wish.periods, urgent);
        const auto late =
            std::ranges::count_if(took, [](double us) { return us > static_cast<double>(kSpan.count()) / 1000; });
        const char* const priority = urgent ? "real-time" : "ordinary";
        runs.push_back({{"neighbours", busy},
                        {"priority", priority},
                        {"cores", cores},
                        {"median_us", percentile(took, 50)},
                        {"p99_us", percentile(took, 99)},
                        {"worst_us", percentile(took, 100)},
                        {"periods_too_late", late}});
        if (wish.json) continue;
        std::printf("%-12d %-10s %-6d %9.0f %9.0f %9.0f %7lld of %d\n", busy, priority, cores, percentile(took, 50),
                    percentile(took, 99), percentile(took, 100), static_cast<long long>(late), wish.periods);
        std::fflush(stdout);
      }
    }
  }
  if (wish.json)
    std::printf("%s\n", nlohmann::ordered_json{{"period_us", kSpan.count() / 1000.0}, {"runs", runs}}.dump(2).c_str());
  return kExitOk;
}

}  // namespace

Action addCoresBench(CLI::App& bench) {
  auto* sub = bench.add_subcommand("cores", "Eight heavy chains by one core, and shared by two");
  auto wish = std::make_shared<CoresWish>();
  sub->add_option("--periods", wish->periods, "Of 128 frames, for each figure (default 2000)")
      ->check(wholeNumber(100, 1'000'000));
  sub->add_flag("--json", wish->json, "Print JSON");
  return [wish] { return benchCores(*wish); };
}

}  // namespace antiphon
