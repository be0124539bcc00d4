// Wakes a sleeping thread, or lets it sleep until a moment to within microseconds.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "scheduler/steady_now.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// For one sleeper. Rings are not counted: one is enough to wake it, and a ring nobody slept through is not lost.
class Bell {
 public:
  Bell();
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  /// Any thread. Never blocks; costs a system call only when somebody sleeps. Realtime: yes.
  void ring();

  /// Returns when the bell rings or has rung since the last wait, and at `moment` at the latest. Nanos::max(): no
  /// earlier than a ring. May return early.
  void waitUntil(Nanos moment);

 private:
  enum State : std::uint32_t { quiet, rung, asleep };
  struct Sleeper;  // what this system puts a thread to sleep with

  std::atomic<std::uint32_t> state_{quiet};
  std::unique_ptr<Sleeper> sleeper_;
};

}  // namespace antiphon
