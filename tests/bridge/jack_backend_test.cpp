#if defined(ANTIPHON_HAVE_JACK)

#include "bridge/jack_backend.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <random>
#include <thread>

#include "bridge/dummy_jack.hpp"
#include "tests/bridge/jack_probe.hpp"
#include "tests/bridge/recording_client.hpp"

namespace antiphon {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kRate = DummyJack::kRate;
constexpr std::uint32_t kPeriod = DummyJack::kPeriod;

Nanos framesLong(std::uint32_t frames) { return Nanos{(std::int64_t{frames} * 1'000'000'000 + kRate / 2) / kRate}; }

/// The probes' cables: one plays into our ports, another listens to them, so that everything runs in one cycle.
struct Cables {
  JackProbe before{"before", 2, 0};
  JackProbe after{"after", 0, 2};
  void plug() const {
    REQUIRE(before.connect(before.out(0), "antiphon:ARIA_IN"));
    REQUIRE(before.connect(before.out(1), "antiphon:ARIA_CLOCK"));
    REQUIRE(after.connect("antiphon:ARIA_OUT", after.in(0)));
  }
};

TEST_CASE("what arrives at a frame carries exactly that frame's moment", "[jack]") {
  const DummyJack server;
  Cables cables;
  RecordingClient client;
  JackBackend backend{{}};
  backend.start(client);
  cables.plug();
  const std::uint32_t first = cables.before.soon();
  std::vector<Framed> packets;
  for (const std::uint32_t at : {0u, 1u, 17u, 255u, 256u, 257u, 511u, 1000u, 4801u, 12345u}) {
    packets.push_back({first + at, at % 2, Bytes{0x90, 60, 100}});
  }
  cables.before.play(packets);
  REQUIRE(client.happenings.waitFor(packets.size()));
  const std::vector<Happening> arrived = client.happenings.all();
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const Nanos since = arrived[i].when - arrived[0].when;
    CHECK(std::abs((since - framesLong(packets[i].frame - first)).count()) <= 1);
    CHECK((arrived[i].inlet == Inlet::clock) == (packets[i].port == 1));
  }
  // Moments are on the steady clock.
  CHECK(std::chrono::abs(arrived.back().when - steadyNow()) < 2s);
  backend.stop();
  CHECK(client.disorder() == 0);
}

TEST_CASE("an answer leaves at the very frame of the call", "[jack]") {
  const DummyJack server;
  Cables cables;
  JackBackend backend{{}};
  RecordingClient client;
  client.onReceive = [&](Inlet, std::span<const std::uint8_t> packet, Nanos when) {
    backend.out().send(MidiMessage::noteOn(1, packet[1], packet[2]), when);
  };
  backend.start(client);
  cables.plug();
  const std::uint32_t first = cables.before.soon();
  std::vector<Framed> packets;
  std::mt19937 random{1};
  for (std::uint32_t at = first, i = 0; i < 500; at += static_cast<std::uint32_t>(random() % 200), ++i) {
    packets.push_back({at, 0, Bytes{0x90, static_cast<std::uint8_t>(i % 128), 100}});
  }
  cables.before.play(packets);
  REQUIRE(cables.after.heard.waitFor(packets.size(), 20s));
  int wrong = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const JackProbe::Heard& heard = cables.after.heard[i];
    wrong += heard.frame != packets[i].frame || heard.bytes[1] != packets[i].bytes[1] || heard.bytes[0] != 0x91;
  }
  CHECK(wrong == 0);
  backend.stop();
  CHECK(client.disorder() == 0);
  CHECK(backend.faults().outputDropped == 0);
}

TEST_CASE("what is due later leaves in exactly its frame", "[jack]") {
  const DummyJack server;
  Cables cables;
  JackBackend backend{{}};
  RecordingClient client;
  // On the first packet, a list of moments is laid out from it; advance() sends each when it is due.
  struct Due {
    Nanos when;
    std::uint32_t frames;
  };
  static constexpr std::array<std::uint32_t, 7> kLater{1, 100, 256, 700, 701, 5000, 48000};
  std::array<Due, kLater.size()> due{};
  std::size_t next = due.size();
  client.onReceive = [&](Inlet, std::span<const std::uint8_t>, Nanos when) {
    next = 0;
    for (std::size_t i = 0; i < due.size(); ++i) due[i] = {when + framesLong(kLater[i]), kLater[i]};
  };
  client.onAdvance = [&](Nanos until) {
    for (; next < due.size() && due[next].when < until; ++next) {
      backend.out().send(MidiMessage::of(midi::kClock), due[next].when);
    }
  };
  backend.start(client);
  cables.plug();
  const std::uint32_t first = cables.before.soon() + 99;
  cables.before.play({{first, 0, Bytes{0x90, 60, 100}}});
  REQUIRE(cables.after.heard.waitFor(kLater.size()));
  for (std::size_t i = 0; i < kLater.size(); ++i) CHECK(cables.after.heard[i].frame - first == kLater[i]);
  backend.stop();
}

TEST_CASE("at one frame the clock goes first, and each port keeps its order", "[jack]") {
  const DummyJack server;
  Cables cables;
  JackBackend backend{{}};
  RecordingClient client;
  client.onReceive = [&](Inlet, std::span<const std::uint8_t> packet, Nanos when) {
    MidiMessage message{};
    message.size = static_cast<std::uint8_t>(packet.size());
    std::copy(packet.begin(), packet.end(), message.bytes.begin());
    backend.out().send(message, when);
  };
  backend.start(client);
  cables.plug();
  const std::uint32_t at = cables.before.soon() + 77;
  cables.before.play({{at, 0, Bytes{0x80, 60, 0}},
                      {at, 0, Bytes{0x90, 60, 100}},
                      {at, 1, Bytes{0xFB}},
                      {at, 1, Bytes{0xF8}},
                      {at + 1, 0, Bytes{0x80, 60, 0}}});
  REQUIRE(cables.after.heard.waitFor(5));
  std::vector<int> order;
  for (const JackProbe::Heard& heard : cables.after.heard.all()) order.push_back(heard.bytes[0]);
  CHECK(order == std::vector<int>{0xFB, 0xF8, 0x80, 0x90, 0x80});
  CHECK(cables.after.heard[3].frame == at);
  CHECK(cables.after.heard[4].frame == at + 1);
  backend.stop();
}

TEST_CASE("late messages go out at once, in order, and a full port is counted", "[jack]") {
  const DummyJack server;
  Cables cables;
  JackBackend backend{{}};
  RecordingClient client;
  std::atomic<int> burst{3};
  client.onReceive = [&](Inlet, std::span<const std::uint8_t>, Nanos when) {
    for (int i = 0, count = burst; i < count; ++i) backend.out().send(MidiMessage::noteOn(0, 1, 1), when - 1s);
    backend.out().send(MidiMessage::noteOn(0, 2, 1), when + 1s);  // not in this cycle: as late as it goes
    backend.out().send(MidiMessage::noteOn(0, 3, 1), when);
  };
  backend.start(client);
  cables.plug();
  const std::uint32_t at = cables.before.soon();
  cables.before.play({{at + 10, 0, Bytes{0x90, 60, 100}}});
  REQUIRE(cables.after.heard.waitFor(5));
  CHECK(cables.after.heard[0].frame == at);
  CHECK(cables.after.heard[2].frame == at);
  CHECK(cables.after.heard[3].frame == at + kPeriod - 1);
  CHECK(cables.after.heard[4].frame == at + kPeriod - 1);
  CHECK(cables.after.heard[4].bytes[1] == 3);
  CHECK(backend.faults().outputDropped == 0);

  burst = 20000;
  cables.before.play({{cables.before.soon(), 0, Bytes{0x90, 60, 100}}});
  REQUIRE(client.happenings.waitFor(2));
  backend.stop();
  CHECK(backend.faults().outputDropped > 0);
}

TEST_CASE("clock out has a port of its own, or the notes' own, or none", "[jack]") {
  const DummyJack server;
  JackProbe after{"after", 0, 2};
  RecordingClient client;
  for (const std::string name : {"", "ARIA_OUT", "TICK"}) {
    JackBackend backend{{.clockOut = name}};
    std::atomic<bool> plugged{false};
    client.onAdvance = [&](Nanos until) {
      if (!plugged.exchange(false)) return;
      backend.clockOut().send(MidiMessage::of(midi::kClock), until);
      backend.out().send(MidiMessage::of(midi::kStart), until);
    };
    const std::size_t before = after.heard.size();
    backend.start(client);
    if (name == "TICK") REQUIRE(after.connect("antiphon:TICK", after.in(1)));
    REQUIRE(after.connect("antiphon:ARIA_OUT", after.in(0)));
    REQUIRE(after.becomes(1, "antiphon:ARIA_OUT"));
    plugged = true;
    REQUIRE(after.heard.waitFor(before + (name.empty() ? 1 : 2)));
    backend.stop();
    CHECK(after.heard.size() == before + (name.empty() ? 1 : 2));
    CHECK(backend.faults().outputDropped == 0);
  }
}

TEST_CASE("farewell is heard by those who listen", "[jack]") {
  const DummyJack server;
  Cables cables;
  JackBackend backend{{}};
  RecordingClient client;
  client.onFarewell = [&](Nanos when) { backend.out().send(MidiMessage::controller(0, midi::kAllNotesOff, 0), when); };
  backend.start(client);
  cables.plug();
  backend.stop();
  CHECK(cables.after.heard.waitFor(1));
  CHECK(client.happenings.size() == 1);
  const int advances = client.advances();
  CHECK(cables.before.becomes(0, "antiphon:ARIA_OUT"));
  std::this_thread::sleep_for(20ms);
  CHECK(client.advances() == advances);
}

}  // namespace
}  // namespace antiphon

#endif
