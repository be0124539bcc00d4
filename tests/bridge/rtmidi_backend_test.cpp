#if defined(ANTIPHON_HAVE_RTMIDI)

#include "bridge/rtmidi_backend.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "scheduler/midi_parser.hpp"
#include "tests/bridge/recording_client.hpp"
#if defined(ANTIPHON_HAVE_JACK)
#include "bridge/dummy_jack.hpp"
#include "tests/bridge/jack_probe.hpp"
#endif

namespace antiphon {
namespace {

using Bytes = std::vector<unsigned char>;

TEST_CASE("RtMidi's callback stamps a packet with its arrival and hands it to the player", "[rtmidi]") {
  RecordingClient client;
  PlayerThread thread{1};
  RtMidiInlet inlet{thread, 0, Inlet::clock, false};
  thread.start(client);
  Bytes packet{0xF8};
  const Nanos before = steadyNow();
  RtMidiInlet::arrived(123.0, &packet, &inlet);
  const Nanos after = steadyNow();
  REQUIRE(client.happenings.waitFor(1));
  CHECK(client.happenings[0].inlet == Inlet::clock);
  CHECK(client.happenings[0].bytes[0] == 0xF8);
  CHECK(client.happenings[0].when >= before);
  CHECK(client.happenings[0].when <= after);
  thread.stop();
}

TEST_CASE("what RtMidi delivers is told apart when one port serves both", "[rtmidi]") {
  RecordingClient client;
  PlayerThread thread{1};
  RtMidiInlet inlet{thread, 0, Inlet::player, true};
  for (Bytes packet : {Bytes{0xFA}, Bytes{0x90, 60, 1}, Bytes{0xF2, 1, 2}, Bytes{0xF8}}) {
    RtMidiInlet::arrived(0.0, &packet, &inlet);
  }
  thread.start(client);
  REQUIRE(client.happenings.waitFor(4));
  std::vector<bool> isClock;
  for (const Happening& happening : client.happenings.all()) isClock.push_back(happening.inlet == Inlet::clock);
  CHECK(isClock == std::vector<bool>{true, false, true, true});
  thread.stop();
}

TEST_CASE("odd packets from RtMidi do no harm", "[rtmidi]") {
  RecordingClient client;
  PlayerThread thread{1};
  RtMidiInlet inlet{thread, 0, Inlet::player, false};
  MidiParser parser;
  int messages = 0;
  client.onReceive = [&](Inlet, std::span<const std::uint8_t> packet, Nanos) {
    parser.parse(packet, [&](const MidiMessage&) { ++messages; });
  };
  Bytes empty;
  Bytes cut{0x90, 60};
  Bytes sysex(300, 0x01);
  sysex.front() = 0xF0;
  Bytes note{0x90, 60, 100};
  RtMidiInlet::arrived(0.0, nullptr, &inlet);
  for (Bytes* packet : {&empty, &cut, &sysex, &note}) RtMidiInlet::arrived(0.0, packet, &inlet);
  thread.start(client);
  REQUIRE(client.happenings.waitFor(3));
  thread.stop();
  CHECK(client.happenings.size() == 4);  // the last is the farewell
  CHECK(messages == 1);
  CHECK(parser.faults().truncated == 1);
  CHECK(parser.faults().sysex == 1);
}

TEST_CASE("an output that is closed drops and counts", "[rtmidi]") {
  RtMidiOutPort port;
  port.send(MidiMessage::noteOn(0, 60, 1), 0ns);
  port.close();
  CHECK(port.dropped() == 1);
}

#if defined(ANTIPHON_HAVE_JACK)
// There is no ALSA sequencer in a container, but RtMidi has a JACK side as well, with virtual ports and all: it stands
// in for the systems that RtMidi serves.
const RtMidiSystem kStandIn{"rtmidi-jack", RtMidi::UNIX_JACK, true};

TEST_CASE("RtMidi's virtual ports take in the clock and the notes, and send the answer", "[rtmidi][jack]") {
  const DummyJack server;
  if (!builtIn(kStandIn)) return;
  RecordingClient client;
  RtMidiBackend backend{kStandIn, {}};
  client.onReceive = [&](Inlet inlet, std::span<const std::uint8_t> packet, Nanos when) {
    if (inlet == Inlet::player) backend.out().send(MidiMessage::noteOn(1, packet[1], packet[2]), when);
    else backend.clockOut().send(MidiMessage::of(midi::kClock), when);  // nobody asked for it
  };
  client.onFarewell = [&](Nanos when) { backend.out().send(MidiMessage::controller(1, midi::kAllNotesOff, 0), when); };
  backend.start(client);
  CHECK(backend.ports() ==
        std::vector<std::string>{"clock: ARIA_CLOCK (our own)", "in: ARIA_IN (our own)", "out: ARIA_OUT (our own)"});
  CHECK(backend.tend().empty());

  JackProbe probe{"probe", 2, 1};
  const auto ours = [&](const char* name, unsigned long flags) {
    const JackClient look = openJack("look");
    const SeenPorts seen = seenJackPorts(*look);
    for (const std::string& port : flags == JackPortIsInput ? seen.outputs : seen.inputs) {
      if (port.ends_with(std::string{":"} + name)) return port;
    }
    return std::string{};
  };
  REQUIRE(probe.connect(probe.out(0), ours("ARIA_IN", JackPortIsInput)));
  REQUIRE(probe.connect(probe.out(1), ours("ARIA_CLOCK", JackPortIsInput)));
  REQUIRE(probe.connect(ours("ARIA_OUT", JackPortIsOutput), probe.in(0)));
  const std::uint32_t at = probe.soon();
  probe.play({{at, 0, {0x90, 60, 100}}, {at + 1000, 1, {0xF8}}, {at + 2000, 0, {0x80, 60, 0}}});
  REQUIRE(client.happenings.waitFor(3));
  REQUIRE(probe.heard.waitFor(2));
  CHECK(client.happenings[0].inlet == Inlet::player);
  CHECK(client.happenings[1].inlet == Inlet::clock);
  CHECK(probe.heard[0].bytes[0] == 0x91);
  backend.stop();
  CHECK(client.disorder() == 0);
  CHECK(backend.faults().outputDropped == 0);
}

TEST_CASE("RtMidi opens a port of others by its name, and again when it has come back", "[rtmidi][jack]") {
  const DummyJack server;
  if (!builtIn(kStandIn)) return;
  RecordingClient client;
  auto piano = std::make_unique<JackProbe>("piano", 1, 1);
  RtMidiBackend backend{kStandIn, {.in = "piano:out", .out = "piano:in"}};
  client.onReceive = [&](Inlet, std::span<const std::uint8_t> packet, Nanos when) {
    backend.out().send(MidiMessage::noteOn(1, packet[1], packet[2]), when);
  };
  backend.start(client);
  CHECK(backend.ports() == std::vector<std::string>{"clock: ARIA_CLOCK (our own)", "in: piano:out0", "out: piano:in0"});
  piano->play({{piano->soon(), 0, {0x90, 60, 100}}});
  REQUIRE(client.happenings.waitFor(1));
  CHECK(piano->heard.waitFor(1));

  piano.reset();
  const std::vector<std::string> gone = newsFrom(backend);
  REQUIRE(gone.size() == 2);
  CHECK(gone[0] == "The MIDI input \"piano:out0\" has gone; it will be opened again when it returns.");
  REQUIRE(client.happenings.waitFor(2));
  CHECK(client.happenings[1].kind == Happening::lost);
  CHECK(backend.ports()[1] == "in: piano:out0 (gone)");
  CHECK(backend.tend().empty());

  piano = std::make_unique<JackProbe>("piano", 1, 1);
  CHECK(newsFrom(backend).size() == 2);
  const std::size_t before = client.happenings.size();
  piano->play({{piano->soon(), 0, {0x90, 64, 100}}});
  REQUIRE(client.happenings.waitFor(before + 1));
  CHECK(client.happenings[before].bytes[1] == 64);
  CHECK(piano->heard.waitFor(1));
  backend.stop();
  CHECK(client.disorder() == 0);
}

TEST_CASE("a system without ports of its own says what is missing", "[rtmidi][jack]") {
  const DummyJack server;
  RtMidiSystem system = kStandIn;
  if (!builtIn(system)) return;
  system.createsPorts = false;
  RecordingClient client;
  RtMidiBackend backend{system, {}};
  CHECK_THROWS_WITH(backend.start(client),
                    Catch::StartsWith("The MIDI input \"ARIA_CLOCK\" cannot be opened by rtmidi-jack") &&
                        Catch::Contains("loopMIDI") && Catch::Contains("`antiphon ports`"));
}
#endif

}  // namespace
}  // namespace antiphon

#endif
