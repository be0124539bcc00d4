#include "bridge/loopback_backend.hpp"

#include <catch2/catch.hpp>

#include "tests/bridge/recording_client.hpp"

namespace antiphon {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Answers every note with the note an octave higher.
struct OctaveClient : RecordingClient {
  explicit OctaveClient(LoopbackBackend& backend) {
    onReceive = [&backend](Inlet, std::span<const std::uint8_t> packet, Nanos when) {
      if (packet.size() == 3 && packet[1] < 72) {
        backend.out().send(MidiMessage::noteOn(0, static_cast<std::uint8_t>(packet[1] + 12), packet[2]), when);
      }
    };
  }
};

TEST_CASE("what is injected is received, and what is sent is heard", "[loopback]") {
  RecordingSink listener;
  LoopbackBackend backend{{.listener = &listener}};
  OctaveClient client{backend};
  backend.start(client);
  REQUIRE(backend.inject(Inlet::player, Bytes{0x90, 60, 100}));
  REQUIRE(listener.sent.waitFor(1));
  CHECK(listener.sent[0].message == MidiMessage::noteOn(0, 72, 100));
  CHECK(listener.sent[0].when == client.happenings[0].when);
  backend.stop();
  // Nothing came back: the note and the farewell are all the client heard.
  CHECK(client.happenings.size() == 2);
}

TEST_CASE("with a looped cable, what is sent comes in again at the player's inlet", "[loopback]") {
  RecordingSink listener;
  LoopbackBackend backend{{.listener = &listener, .outputBack = true}};
  OctaveClient client{backend};
  backend.start(client);
  REQUIRE(backend.inject(Inlet::player, Bytes{0x90, 60, 100}));
  REQUIRE(client.happenings.waitFor(2));
  CHECK(client.happenings[1].inlet == Inlet::player);
  CHECK(client.happenings[1].bytes[1] == 72);
  CHECK(client.happenings[1].when >= client.happenings[0].when);
  backend.stop();
  CHECK(client.disorder() == 0);
}

TEST_CASE("the clock inlet and the clock output are ways of their own", "[loopback]") {
  RecordingSink notes;
  RecordingSink clock;
  LoopbackBackend backend{{.listener = &notes, .clockListener = &clock, .outputBack = true}};
  RecordingClient client;
  client.onReceive = [&](Inlet inlet, std::span<const std::uint8_t>, Nanos when) {
    if (inlet == Inlet::clock) backend.clockOut().send(MidiMessage::of(midi::kClock), when);
  };
  backend.start(client);
  REQUIRE(backend.inject(Inlet::clock, Bytes{0xF8}));
  REQUIRE(clock.sent.waitFor(1));
  backend.losePort();
  REQUIRE(client.happenings.waitFor(2));
  CHECK(client.happenings[1].kind == Happening::lost);
  backend.stop();
  CHECK(notes.sent.size() == 0);
  CHECK(client.happenings.size() == 3);
}

}  // namespace
}  // namespace antiphon
