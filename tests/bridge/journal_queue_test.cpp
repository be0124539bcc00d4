#include "bridge/journal_queue.hpp"

#include <malloc.h>
#include <catch2/catch.hpp>
#include <thread>
#include <variant>

#include "scheduler/realtime_scope.hpp"

using namespace antiphon;

namespace {

Tick tickOf(const JournalEntry& entry) { return std::get<Beat>(entry).at; }

}  // namespace

TEST_CASE("entries come out as they went in", "[journal-queue]") {
  JournalQueue queue{64};
  JournalEntry entry;
  Nanos when{};
  REQUIRE(!queue.next(entry, when));
  TurnReport report;
  report.notes = 16;
  queue.write(TurnEnded{report}, Nanos{1});
  queue.write(ClockLost{{480}}, Nanos{2});
  REQUIRE(queue.next(entry, when));
  REQUIRE(std::get<TurnEnded>(entry).report.notes == 16);
  REQUIRE(when == Nanos{1});
  REQUIRE(queue.next(entry, when));
  REQUIRE(std::get<ClockLost>(entry).at == Tick{480});
  REQUIRE(when == Nanos{2});
  REQUIRE(!queue.next(entry, when));
  REQUIRE(queue.dropped() == 0);
}

TEST_CASE("a full queue drops the newest and counts it", "[journal-queue]") {
  JournalQueue queue{256};
  constexpr std::int64_t kWritten = 5000;
  for (std::int64_t i = 0; i < kWritten; ++i) queue.write(Beat{{i}, {}}, Nanos{i});
  std::int64_t kept = 0;
  JournalEntry entry;
  Nanos when{};
  for (; queue.next(entry, when); ++kept) REQUIRE(tickOf(entry) == Tick{kept});
  REQUIRE(kept >= 256);
  REQUIRE(kept + static_cast<std::int64_t>(queue.dropped()) == kWritten);
  queue.write(Beat{{7}, {}}, Nanos{});
  REQUIRE(queue.next(entry, when));  // and there is room again
}

TEST_CASE("writing takes no memory", "[journal-queue]") {
  JournalQueue queue;
  JournalEntry entry;
  Nanos when{};
  std::int64_t kept = 0;
  const auto before = mallinfo2().uordblks;
  {
    const RealtimeScope realtime;
    for (int round = 0; round < 3; ++round) {
      for (std::int64_t i = 0; i < 40'000; ++i) queue.write(Beat{{i}, {}}, Nanos{i});
      while (queue.next(entry, when)) ++kept;
    }
  }
  REQUIRE(mallinfo2().uordblks == before);
  REQUIRE(kept >= 3 * 16'384);
}

TEST_CASE("one context writes while a thread reads", "[journal-queue]") {
  JournalQueue queue{1024};
  constexpr std::int64_t kWritten = 10'000;
  std::thread writer{[&] {
    for (std::int64_t i = 0; i < kWritten; ++i) queue.write(Beat{{i}, {}}, Nanos{i});
  }};
  std::int64_t kept = 0;
  Tick last{-1};
  bool ascending = true;
  JournalEntry entry;
  Nanos when{};
  const auto drain = [&] {
    for (; queue.next(entry, when); ++kept) {
      ascending = ascending && tickOf(entry) > last && tickOf(entry).count == when.count();
      last = tickOf(entry);
    }
  };
  while (last.count < kWritten / 2 && queue.dropped() < kWritten / 2) drain();
  writer.join();
  drain();
  REQUIRE(ascending);
  REQUIRE(kept + static_cast<std::int64_t>(queue.dropped()) == kWritten);
}
