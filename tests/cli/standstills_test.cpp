#include "cli/standstills.hpp"

#include <array>
#include <catch2/catch.hpp>

using namespace antiphon;
using namespace std::chrono_literals;

SCENARIO("BENCH-1 A gap in the sound is the machine's only where an idle thread had it as well") {
  const std::array<Standstills::Still, 2> stills{{{100ms, 128ms}, {500ms, 506ms}}};
  const auto machines = [&](std::vector<Nanos> gaps) { return Standstills::among(stills, gaps, 10ms); };
  GIVEN("gaps right after the machine stood still") {
    THEN("they are the machine's, also when the sound catches up in several") {
      CHECK(machines({128ms, 129ms, 130ms, 506ms}) == 4);
      CHECK(machines({127800us}) == 1);
    }
  }
  GIVEN("gaps before, within and long after") {
    THEN("they are ours") { CHECK(machines({99ms, 101ms, 127ms, 139ms, 300ms, 505ms, 517ms}) == 0); }
  }
  GIVEN("nothing that stood still") {
    THEN("each gap is ours") { CHECK(Standstills::among({}, std::vector<Nanos>{1ms, 2ms}, 10ms) == 0); }
  }
}
