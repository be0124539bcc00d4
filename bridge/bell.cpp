#include "bridge/bell.hpp"

#include <algorithm>

// Each system sleeps in its own way, because each has one way that is precise: std::condition_variable may take a lock
// and Linux's sem_timedwait follows the wall clock, which the user may set.
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <climits>
#include <ctime>
#elif defined(_WIN32)
#define NOMINMAX
#include <windows.h>
#else
#include <concurrentqueue/concurrentqueue.h>  // the semaphore's header takes its macros from this one
#include <concurrentqueue/lightweightsemaphore.h>
#include <cassert>
#include <thread>
#endif

namespace antiphon {

#if defined(__linux__)

struct Bell::Sleeper {
  static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

  static void sleep(std::atomic<std::uint32_t>& state, Nanos moment) {
    timespec deadline{};
    deadline.tv_sec = static_cast<time_t>(moment.count() / 1'000'000'000);
    deadline.tv_nsec = static_cast<long>(moment.count() % 1'000'000'000);
    // The deadline is absolute and on CLOCK_MONOTONIC, which is the steady clock. The last two arguments: no second
    // word, any waker.
    syscall(SYS_futex, &state, FUTEX_WAIT_BITSET_PRIVATE, static_cast<std::uint32_t>(asleep),
            moment == Nanos::max() ? nullptr : &deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
  }
  static void wake(std::atomic<std::uint32_t>& state) {
    syscall(SYS_futex, &state, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
};

#elif defined(_WIN32)

struct Bell::Sleeper {
  HANDLE bell = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  // Windows 10 1803 and later; before that, an ordinary timer with its grain of 1 to 15 ms.
  HANDLE timer = newTimer();

  ~Sleeper() {
    CloseHandle(bell);
    CloseHandle(timer);
  }
  static HANDLE newTimer() {
    constexpr DWORD highResolution = 0x2;
    const HANDLE precise = CreateWaitableTimerExW(nullptr, nullptr, highResolution, TIMER_ALL_ACCESS);
    return precise ? precise : CreateWaitableTimerExW(nullptr, nullptr, 0, TIMER_ALL_ACCESS);
  }
  void sleep(std::atomic<std::uint32_t>&, Nanos moment) {
    if (moment == Nanos::max()) {
      WaitForSingleObject(bell, INFINITE);
      return;
    }
    LARGE_INTEGER hundredNanos{};
    hundredNanos.QuadPart = -std::max<std::int64_t>((moment - steadyNow()).count() / 100, 1);
    SetWaitableTimer(timer, &hundredNanos, 0, nullptr, nullptr, FALSE);
    const HANDLE either[] = {bell, timer};
    WaitForMultipleObjects(2, either, FALSE, INFINITE);
  }
  void wake(std::atomic<std::uint32_t>&) { SetEvent(bell); }
};

#else

struct Bell::Sleeper {
  // The semaphore takes whole microseconds and may oversleep; the last stretch is an absolute sleep.
  static constexpr Nanos kLastStretch = std::chrono::microseconds{500};
  static constexpr int kSpins = 0;  // spinning would cost more of a small machine than it gains
  moodycamel::LightweightSemaphore semaphore{0, kSpins};

  void sleep(std::atomic<std::uint32_t>&, Nanos moment) {
    if (moment == Nanos::max()) {
      semaphore.wait();
      return;
    }
    const Nanos rough = moment - steadyNow() - kLastStretch;
    if (rough > Nanos{1000} && semaphore.wait(rough.count() / 1000)) return;
    std::this_thread::sleep_until(
        std::chrono::steady_clock::time_point{std::chrono::duration_cast<std::chrono::steady_clock::duration>(moment)});
  }
  void wake(std::atomic<std::uint32_t>&) { semaphore.signal(); }
};

#endif

Bell::Bell() : sleeper_{std::make_unique<Sleeper>()} {}
Bell::~Bell() = default;

void Bell::ring() {
  if (state_.exchange(rung, std::memory_order_acq_rel) == asleep) sleeper_->wake(state_);
}

void Bell::waitUntil(Nanos moment) {
  std::uint32_t expected = quiet;
  const bool slept = state_.compare_exchange_strong(expected, asleep, std::memory_order_acq_rel);
  if (slept && steadyNow() < moment) sleeper_->sleep(state_, moment);
  state_.exchange(quiet, std::memory_order_acq_rel);
}

}  // namespace antiphon
