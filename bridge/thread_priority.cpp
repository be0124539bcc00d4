#include "bridge/thread_priority.hpp"

#include <thread>

#if defined(_WIN32)
#define NOMINMAX
#include <windows.h>
#else
#include <pthread.h>
#include <sched.h>
#endif
#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/resource.h>
#endif

namespace antiphon {
namespace {

#if !defined(_WIN32)
/// Below JACK's own threads (70 and more by default) and the sound card's interrupts, above everything ordinary.
constexpr int kWantedPriority = 60;

bool isRealtime() {
  int policy = SCHED_OTHER;
  sched_param parameters{};
  pthread_getschedparam(pthread_self(), &policy, &parameters);
  return policy == SCHED_FIFO || policy == SCHED_RR;
}

bool becomeFifo(int priority) {
  sched_param parameters{};
  parameters.sched_priority = priority;
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
}
#endif

}  // namespace

ThreadPriority raiseThisThread() {
#if defined(_WIN32)
  return SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_TIME_CRITICAL) ? ThreadPriority::realtime
                                                                              : ThreadPriority::ordinary;
#else
#if defined(__linux__)
  // An ordinary thread's timers are rounded up by 50 us to save power; this asks for the least rounding.
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
#endif
  // One that is there already (CoreMIDI's, JACK's) may stand higher than we would ask for.
  if (isRealtime() || becomeFifo(kWantedPriority)) return ThreadPriority::realtime;
#if defined(__linux__)
  rlimit allowed{};
  if (getrlimit(RLIMIT_RTPRIO, &allowed) == 0 && allowed.rlim_cur > 0 && allowed.rlim_cur < kWantedPriority &&
      becomeFifo(static_cast<int>(allowed.rlim_cur))) {
    return ThreadPriority::realtime;
  }
#endif
  return ThreadPriority::ordinary;
#endif
}

ThreadPriority probeThreadPriority() {
  ThreadPriority got = ThreadPriority::ordinary;
  std::thread{[&got] { got = raiseThisThread(); }}.join();
  return got;
}

std::string_view priorityAdvice() {
#if defined(__linux__)
  return "To allow it, put yourself into the group that /etc/security/limits.d/audio.conf gives rtprio to (Debian: "
         "`sudo dpkg-reconfigure -p high jackd2`, then `sudo adduser $USER audio`) and log in again.";
#else
  return "This system decides by itself; close programs that keep the processor busy.";
#endif
}

}  // namespace antiphon
