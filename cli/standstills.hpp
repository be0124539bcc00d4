// Whether it was the machine: on each core a thread that goes before all others and does nothing but wake up. Where one
// of these was woken a whole period late, nobody could have played: a virtual machine's cores are now and then taken
// away for tens of milliseconds.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "scheduler/time.hpp"

namespace antiphon {

class Standstills {
 public:
  /// `period`: how late counts.
  explicit Standstills(Nanos period);
  ~Standstills();
  Standstills(const Standstills&) = delete;
  Standstills& operator=(const Standstills&) = delete;

  struct Still {
    Nanos from, to;
  };
  /// All that began in this time; nothing where the system does not let threads go before others, so that it cannot be
  /// known.
  std::optional<std::vector<Still>> between(Nanos from, Nanos to) const;
  /// How many of these gaps in the sound, by the moments when the sound went on, were had by an idle thread as well: it
  /// stood still until at most `since` before.
  static std::size_t among(std::span<const Still> stills, std::span<const Nanos> gaps, Nanos since);

 private:
  struct Core;
  void watch(Core& core, std::size_t number);

  Nanos period_;
  std::atomic<bool> leaving_{false};
  std::vector<std::unique_ptr<Core>> cores_{};
};

}  // namespace antiphon
