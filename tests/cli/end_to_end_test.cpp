// The program beside a real clock: jackd, jack_midi_clock and jack_transport, and what arrives, frame by frame.
#if defined(ANTIPHON_HAVE_JACK)

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <thread>

#include "bridge/dummy_jack.hpp"
#include "cli/jack_daw.hpp"
#include "tests/cli/program.hpp"

using namespace antiphon;
using namespace antiphon::testing;
using namespace std::chrono_literals;

namespace {

/// The frame of every pulse of the song that was heard, by its number.
std::map<long, std::uint64_t> pulses(const std::vector<JackDaw::Event>& heard) {
  std::map<long, std::uint64_t> found;
  long next = 0;
  bool running = false;
  for (const auto& event : heard) {
    if (event.port != JackDaw::Port::tap) continue;
    switch (event.message.status()) {
      case midi::kSongPosition: next = 6L * (event.message.data1() | event.message.data2() << 7); break;
      case midi::kStart:
        next = 0;
        running = true;
        break;
      case midi::kContinue: running = true; break;
      case midi::kStop: running = false; break;
      case midi::kClock:
        if (running) found[next++] = event.frame;
        break;
      default: break;
    }
  }
  return found;
}

template <typename Condition>
bool eventually(std::chrono::seconds limit, Condition&& condition) {
  for (const auto until = std::chrono::steady_clock::now() + limit; std::chrono::steady_clock::now() < until;) {
    if (condition()) return true;
    std::this_thread::sleep_for(20ms);
  }
  return condition();
}

}  // namespace

SCENARIO("E2E-1 Beside a real clock the answer is on the frame, and every note is closed", "[real-time]") {
  DummyJack server;
  const std::string turns = temporary("turns.jsonl");
  const std::string midi = temporary("session.mid");
  Running bridge{
      {ANTIPHON_PROGRAM, "run", "--backend", "jack", "--measures", "2", "--turn-log", turns, "--record", midi}};
  Running clock{{"jack_midi_clock"}};
  Running transport{{"jack_transport"}};
  JackDaw daw;
  const double rate = daw.rate();
  daw.connect("jack_midi_clock:mclk_out", "antiphon:ARIA_CLOCK");
  daw.connect("jack_midi_clock:mclk_out", daw.portName(JackDaw::Port::tap));
  daw.connect(daw.portName(JackDaw::Port::keys), "antiphon:ARIA_IN");
  daw.connect("antiphon:ARIA_OUT", daw.portName(JackDaw::Port::ears));
  transport.type("master\ntempo 120\nlocate 0\nplay\n");
  REQUIRE(eventually(10s, [&] { return pulses(daw.heard()).size() > 24; }));

  // An eighth each in the next whole bar.
  const auto known = pulses(daw.heard());
  const auto [pulse, frame] = *known.rbegin();
  const long bar = pulse / 96 + 2;
  const auto frameOf = [&, pulse = pulse, frame = frame](double at) {
    return frame + static_cast<std::uint64_t>((at - static_cast<double>(pulse)) * rate / 48.0);
  };
  std::vector<JackDaw::Event> call;
  for (int eighth = 0; eighth < 8; ++eighth) {
    const double at = static_cast<double>(96 * bar + 12 * eighth);
    const auto pitch = static_cast<std::uint8_t>(60 + 2 * eighth);
    call.push_back({frameOf(at), JackDaw::Port::keys, MidiMessage::noteOn(0, pitch, 90)});
    call.push_back({frameOf(at + 8), JackDaw::Port::keys, MidiMessage::noteOff(0, pitch)});
  }
  daw.play(call);
  const long begin = 96 * (bar + 1);
  const long end = begin + 2 * 96;
  REQUIRE(eventually(20s, [&] { return pulses(daw.heard()).contains(end + 12); }));

  const auto grid = pulses(daw.heard());
  int struck = 0;
  int sounding = 0;
  std::optional<std::uint64_t> first;
  for (const auto& event : daw.heard()) {
    if (event.port != JackDaw::Port::ears) continue;
    REQUIRE(static_cast<double>(event.frame) + rate / 1000 >= static_cast<double>(grid.at(begin)));
    REQUIRE(static_cast<double>(event.frame) <= static_cast<double>(grid.at(end)) + rate / 1000);
    if (event.message.isNoteOff()) --sounding;
    if (!event.message.isNoteOn()) continue;
    ++struck;
    ++sounding;
    if (!first) first = event.frame;
    // Each note lies on an eighth, as the call's did: the nearest is at most a millisecond away.
    double nearest = 1e9;
    for (long at = begin; at < end; at += 6) {
      nearest = std::min(nearest, std::abs(static_cast<double>(event.frame) - static_cast<double>(grid.at(at))));
    }
    REQUIRE(nearest <= rate / 1000);
  }
  REQUIRE(struck >= 8);
  REQUIRE(sounding == 0);
  REQUIRE(std::abs(static_cast<double>(*first) - static_cast<double>(grid.at(begin))) <= rate / 1000);

  REQUIRE(bridge.says("[turn 1]", 5));
  bridge.type("quit\n");
  REQUIRE(bridge.wait(10) == 0);
  REQUIRE(contents(turns).find("\"rung\":\"answer\"") != std::string::npos);
  REQUIRE(contents(midi).starts_with("MThd"));
  transport.type("stop\nexit\n");
  transport.wait(5);
}

SCENARIO("E2E-2 The end of the program closes every note", "[real-time]") {
  DummyJack server;
  const int signal = GENERATE(SIGINT, SIGTERM);
  Running bridge{{ANTIPHON_PROGRAM, "run", "--backend", "jack", "--clock", "internal", "--tempo", "240"}};
  JackDaw daw;
  daw.connect(daw.portName(JackDaw::Port::keys), "antiphon:ARIA_IN");
  daw.connect("antiphon:ARIA_OUT", daw.portName(JackDaw::Port::ears));
  std::vector<JackDaw::Event> call;
  for (int i = 0; i < 8; ++i) {
    const auto at = daw.frame() + daw.rate() / 4 * static_cast<unsigned>(i + 1);
    call.push_back({at, JackDaw::Port::keys, MidiMessage::noteOn(0, 60, 90)});
    call.push_back({at + daw.rate() / 5, JackDaw::Port::keys, MidiMessage::noteOff(0, 60)});
  }
  daw.play(call);
  const auto sounding = [&] {
    int count = 0;
    for (const auto& event : daw.heard()) {
      if (event.message.isNoteOn()) ++count;
      if (event.message.isNoteOff()) --count;
    }
    return count;
  };
  REQUIRE(eventually(10s, [&] { return sounding() > 0; }));
  bridge.signal(signal);
  REQUIRE(bridge.wait(10) == 0);
  REQUIRE(eventually(2s, [&] { return sounding() == 0; }));
  const auto heard = daw.heard();
  REQUIRE(heard.back().message.isController(midi::kAllNotesOff));
}

#endif
