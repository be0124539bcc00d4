// Asks the system to run a thread before all ordinary ones.
#pragma once

#include <string_view>

namespace antiphon {

enum class ThreadPriority { ordinary, realtime };

/// Raises the calling thread as far as this system allows: SCHED_FIFO on Linux and macOS, time critical on Windows.
/// Where that is refused the thread runs on as it was, and its timers are made as sharp as they get.
ThreadPriority raiseThisThread();

/// What `raiseThisThread` would get, found out on a thread of its own: for `antiphon doctor`.
ThreadPriority probeThreadPriority();

/// How the player may be allowed real-time priority, in one sentence.
std::string_view priorityAdvice();

}  // namespace antiphon
