#include "tests/guard/realtime_guard.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <mutex>

#include "scheduler/realtime_scope.hpp"

using namespace antiphon;

SCENARIO("The guard sees what real-time code must not do") {
  if (!guard::watching()) return;
  GIVEN("code outside a real-time context") {
    const auto before = guard::offences();
    auto memory = std::make_unique<int[]>(1000);
    THEN("it may do as it likes") { REQUIRE(guard::offences().all() == before.all()); }
  }
  GIVEN("code inside one") {
    const auto before = guard::offences();
    std::mutex mutex;
    {
      RealtimeScope scope;
      auto* volatile memory = new int[1000];
      delete[] memory;
      std::lock_guard lock{mutex};
    }
    const auto after = guard::offences();
    THEN("each offence is counted") {
      REQUIRE(after.allocations == before.allocations + 1);
      REQUIRE(after.frees == before.frees + 1);
      REQUIRE(after.locks == before.locks + 1);
    }
  }
}
