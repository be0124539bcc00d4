#include "bridge/port_matching.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "bridge/jack_ports.hpp"

namespace antiphon {
namespace {

using Bytes = std::vector<std::uint8_t>;

const std::vector<std::string> kPorts{
    "ARIA_IN2",          "antiphon:ARIA_IN 130:0", "ARIA_IN 128:0",        "Launchkey:1 20:0",
    "Launchkey:10 24:0", "system:midi_capture_10", "system:midi_capture_1"};

TEST_CASE("a port is found by the beginning of its name", "[ports]") {
  CHECK(findPort(kPorts, "ARIA_IN2") == 0u);
  CHECK(findPort(kPorts, "ARIA_IN") == 2u);  // a whole word before a part of one
  CHECK(findPort(kPorts, "Launchkey:1") == 3u);
  CHECK(findPort(kPorts, "Launch") == 3u);                 // the first of several
  CHECK(findPort(kPorts, "system:midi_capture_1") == 6u);  // exactly so before a longer one
  CHECK_FALSE(findPort(kPorts, "launch"));
  CHECK_FALSE(findPort(kPorts, "nothing like it"));
  CHECK_FALSE(findPort(kPorts, ""));
}

TEST_CASE("our own ports are never meant", "[ports]") {
  CHECK(findPort(kPorts, "antiphon:ARIA") == 1u);
  CHECK_FALSE(findPort(kPorts, "antiphon:ARIA", "antiphon:"));
}

const SeenPorts kSeen{{"system:midi_capture_1", "a2j:Launchkey (capture): 1"}, {"synth:in", "ardour:MIDI Clock in"}};

TEST_CASE("JACK ports carry the names that the player gave", "[ports]") {
  const JackPortPlan plan = planJackPorts({"piano", "answer", "beat", "tick"}, kSeen);
  CHECK(plan.in.name == "piano");
  CHECK(plan.out.name == "answer");
  CHECK(plan.clockIn.name == "beat");
  CHECK(plan.clockOut.name == "tick");
  CHECK(plan.in.wanted.empty());
  CHECK(plan.clockOut.wanted.empty());
}

TEST_CASE("a name that begins another client's port means that port", "[ports]") {
  const JackPortPlan plan = planJackPorts({"a2j:Launch", "synth:", "system:midi_capture_1", "ardour:"}, kSeen);
  CHECK(plan.in.name == "ARIA_IN");
  CHECK(plan.in.wanted == "a2j:Launch");
  CHECK(plan.out.name == "ARIA_OUT");
  CHECK(plan.out.wanted == "synth:");
  CHECK(plan.clockIn.name == "ARIA_CLOCK");
  CHECK(plan.clockIn.wanted == "system:midi_capture_1");
  CHECK(plan.clockOut.name == "ARIA_CLOCK_OUT");
  CHECK(plan.clockOut.wanted == "ardour:");
}

TEST_CASE("one port can serve both, and no clock need be sent", "[ports]") {
  const JackPortPlan plan = planJackPorts({"X", "Y", "X", "Y"}, kSeen);
  CHECK(plan.clockIn.name.empty());
  CHECK(plan.clockOut.name.empty());
  CHECK(planJackPorts({}, kSeen).clockOut.name.empty());
}

TEST_CASE("a port of another client that is not there is an error that says so", "[ports]") {
  CHECK_THROWS_WITH(planJackPorts({.in = "a2j:Organ"}, kSeen),
                    "There is no JACK MIDI input whose name begins with \"a2j:Organ\"; `antiphon ports` lists what "
                    "there is.");
  CHECK_THROWS_WITH(planJackPorts({.out = "system:midi_capture_1"}, kSeen),  // the wrong direction
                    Catch::Contains("There is no JACK MIDI output") && Catch::Contains("system:midi_capture_1"));
  CHECK_THROWS_AS(planJackPorts({"X", "X", "Y", ""}, kSeen), PortError);
  CHECK_THROWS_AS(planJackPorts({.in = ""}, kSeen), PortError);
}

TEST_CASE("what one port for both carries is told apart by its first byte", "[ports]") {
  for (const std::uint8_t first : Bytes{0xF2, 0xF8, 0xFA, 0xFB, 0xFC}) {
    const std::array<std::uint8_t, 1> packet{first};
    CHECK(inletOf(packet) == Inlet::clock);
  }
  for (const std::uint8_t first : Bytes{0x90, 0x80, 0xB0, 0xF0, 0xF1, 0xF3}) {
    const std::array<std::uint8_t, 1> packet{first};
    CHECK(inletOf(packet) == Inlet::player);
  }
  CHECK(inletOf({}) == Inlet::player);
}

}  // namespace
}  // namespace antiphon
