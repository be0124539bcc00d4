#include "cli/standstills.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "scheduler/steady_now.hpp"

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace antiphon {
namespace {

constexpr Nanos kNap = std::chrono::microseconds{500};
[[maybe_unused]] constexpr int kBeforeAll = 98;  // JACK's threads and ours have at most 80
constexpr std::size_t kMost = 10'000;

/// True when this thread stays on that core and goes before all others.
bool placed([[maybe_unused]] std::size_t core) {
#if defined(__linux__)
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(core, &here);
  sched_param parameters{};
  parameters.sched_priority = kBeforeAll;
  return pthread_setaffinity_np(pthread_self(), sizeof here, &here) == 0 &&
         pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
#else
  return false;
#endif
}

std::vector<std::size_t> coresOfOurs() {
  std::vector<std::size_t> cores;
#if defined(__linux__)
  cpu_set_t ours;
  CPU_ZERO(&ours);
  if (sched_getaffinity(0, sizeof ours, &ours) != 0) return cores;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &ours)) cores.push_back(core);
#endif
  return cores;
}

}  // namespace

struct Standstills::Core {
  std::array<Still, kMost> stills{};
  std::atomic<std::size_t> count{0};
  std::atomic<bool> watched{true};
  std::thread thread{};
};

Standstills::Standstills(Nanos period) : period_{period} {
  for (const std::size_t number : coresOfOurs()) {
    Core& core = *cores_.emplace_back(std::make_unique<Core>());
    core.thread = std::thread{[this, &core, number] { watch(core, number); }};
  }
}

Standstills::~Standstills() {
  leaving_.store(true);
  for (const auto& core : cores_) core->thread.join();
}

void Standstills::watch(Core& core, std::size_t number) {
  if (!placed(number)) {
    core.watched.store(false);
    return;
  }
  while (!leaving_.load(std::memory_order_relaxed)) {
    const Nanos due = steadyNow() + kNap;
    std::this_thread::sleep_until(
        std::chrono::steady_clock::time_point{std::chrono::duration_cast<std::chrono::steady_clock::duration>(due)});
    const Nanos now = steadyNow();
    const std::size_t count = core.count.load(std::memory_order_relaxed);
    if (now - due < period_ - kNap || count == kMost) continue;  // as much as a nap it may have begun before
    core.stills[count] = {due, now};
    core.count.store(count + 1, std::memory_order_release);
  }
}

std::optional<std::vector<Standstills::Still>> Standstills::between(Nanos from, Nanos to) const {
  if (cores_.empty()) return std::nullopt;
  std::vector<Still> all;
  for (const auto& core : cores_) {
    if (!core->watched.load()) return std::nullopt;
    for (std::size_t i = 0, count = core->count.load(std::memory_order_acquire); i < count; ++i)
      if (core->stills[i].from >= from && core->stills[i].from < to) all.push_back(core->stills[i]);
  }
  std::ranges::sort(all, {}, &Still::from);
  return all;
}

std::size_t Standstills::among(std::span<const Still> stills, std::span<const Nanos> gaps, Nanos since) {
  return static_cast<std::size_t>(std::ranges::count_if(gaps, [&](Nanos gap) {
    // Who was at work when the core was taken away goes on with it; the idle thread is woken right after.
    return std::ranges::any_of(stills, [&](const Still& still) {
      return gap > still.from && gap >= still.to - kNap && gap - still.to <= since;
    });
  }));
}

}  // namespace antiphon
