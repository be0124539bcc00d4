// Carries the journal from the real-time context where things happen to the ordinary thread that tells of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "model/fixed_queue.hpp"
#include "scheduler/journal.hpp"

namespace antiphon {

/// One context writes at a time, one thread reads. A full queue drops the newest entry and counts it.
class JournalQueue final : public Journal {
 public:
  explicit JournalQueue(std::size_t capacity = 16384) : entries_{capacity} {}

  /// Takes no memory and no lock. Realtime: yes.
  void write(const JournalEntry& entry, Nanos when) override {
    if (!entries_.push({entry, when})) dropped_.fetch_add(1, std::memory_order_relaxed);
  }

  /// Takes the oldest entry out; false when there is none.
  bool next(JournalEntry& entry, Nanos& when) {
    Told told;
    if (!entries_.pop(told)) return false;
    entry = told.entry;
    when = told.when;
    return true;
  }

  /// Entries that found the queue full. Any thread. Realtime: yes.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Told {
    JournalEntry entry{Tally{}};
    Nanos when{};
  };

  FixedQueue<Told> entries_;
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace antiphon
