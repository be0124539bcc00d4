#include "model/compute/store.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#endif

using namespace antiphon::compute;

SCENARIO("Memory is there before a note is remembered in it") {
  GIVEN("a large store that nothing was written to") {
    constexpr std::size_t kPage = 4096, kPages = 4096;
    Store store{kPages * kPage};
#if defined(__linux__)
    const auto there = [&](std::size_t page) {
      unsigned char in = 0;
      REQUIRE(::mincore(store.data() + page * kPage, kPage, &in) == 0);
      return (in & 1) != 0;
    };
    THEN("it takes up none") { CHECK_FALSE(there(0)); }
#endif
    WHEN("some of it is touched, and more bit by bit") {
      store.touch(10 * kPage);
      for (std::size_t page = 10; page < 1000; page += 7) store.touch(page * kPage + 1);
      THEN("that much is there, and zero, and the far end is not") {
#if defined(__linux__)
        for (std::size_t page = 0; page < 997; ++page) REQUIRE(there(page));
        CHECK_FALSE(there(kPages - 1));
#endif
        CHECK(
            std::all_of(store.data(), store.data() + 1000 * kPage, [](std::byte one) { return one == std::byte{0}; }));
      }
      AND_WHEN("something is written and as much or less is touched again") {
        std::fill_n(store.data(), 990 * kPage, std::byte{7});
        store.touch(5 * kPage);
        store.touch(990 * kPage);
        THEN("it stays") {
          CHECK(
              std::all_of(store.data(), store.data() + 990 * kPage, [](std::byte one) { return one == std::byte{7}; }));
        }
      }
    }
    WHEN("more is touched than there is") {
      store.touch(2 * store.size());
      THEN("all of it is there") { CHECK(store.data()[store.size() - 1] == std::byte{0}); }
    }
  }
}
