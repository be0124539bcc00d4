// Someone else on the same machine.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>

namespace antiphon {

/// A process that does nothing but take time, for as long as ours lives.
class Neighbour {
 public:
  Neighbour() {
    const pid_t parent = getpid();
    child_ = fork();
    if (child_ == 0) {
      std::atomic<unsigned long> turns{0};
      while (getppid() == parent) {
        for (int i = 0; i < 1'000'000; ++i) turns.fetch_add(1, std::memory_order_relaxed);
      }
      _exit(0);
    }
    if (child_ < 0) throw std::runtime_error{"no second process could be started"};
  }
  ~Neighbour() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Neighbour(const Neighbour&) = delete;
  Neighbour& operator=(const Neighbour&) = delete;

 private:
  pid_t child_ = -1;
};

}  // namespace antiphon
