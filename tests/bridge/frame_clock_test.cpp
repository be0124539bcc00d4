#include "bridge/frame_clock.hpp"

#include <catch2/catch.hpp>

namespace antiphon {
namespace {

using namespace std::chrono_literals;

TEST_CASE("frames and moments are each other's inverse at any sample rate", "[frame-clock]") {
  for (const std::uint32_t rate : {8000u, 22050u, 44100u, 48000u, 88200u, 96000u, 192000u}) {
    const FrameClock clock{rate, 12345ns};
    for (const std::int64_t frame : {-50000ll, -1ll, 0ll, 1ll, 44099ll, 44101ll, 123456789ll, 5'000'000'000'000ll}) {
      CHECK(clock.frameOf(clock.timeOf(frame)) == frame);
      CHECK(clock.frameOf(clock.timeOf(frame) + 1us) == frame);  // the nearest
      CHECK(clock.frameOf(clock.timeOf(frame) - 1us) == frame);
    }
  }
}

TEST_CASE("a year of frames is a year to the nanosecond", "[frame-clock]") {
  const FrameClock clock{44100, 7s};
  const std::int64_t seconds = 365ll * 24 * 3600;
  CHECK(clock.timeOf(seconds * 44100) == 7s + std::chrono::seconds{seconds});
  CHECK(clock.timeOf(seconds * 44100 + 1) == 7s + std::chrono::seconds{seconds} + 22676ns);
}

TEST_CASE("the 32-bit counter wraps unnoticed", "[frame-clock]") {
  FrameClock clock{48000, 0s};
  std::uint32_t counter = 0xFFFFFF00u;
  CHECK(clock.beginCycle(counter, 256) == 0);
  for (std::int64_t cycle = 1; cycle < 20; ++cycle) {
    counter += 256;
    CHECK(clock.beginCycle(counter, 256) == cycle * 256);
  }
}

TEST_CASE("missed cycles are leapt over, and time never goes back", "[frame-clock]") {
  FrameClock clock{48000, 0s};
  CHECK(clock.beginCycle(1000, 256) == 0);
  CHECK(clock.beginCycle(1000 + 10 * 256, 256) == 2560);
  CHECK(clock.beginCycle(500, 256) == 2816);  // another counter: ours goes on evenly
  CHECK(clock.beginCycle(756, 256) == 3072);
  CHECK(clock.cycleEnd() == 3328);
}

}  // namespace
}  // namespace antiphon
