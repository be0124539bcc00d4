// The real-time contexts as they run live, watched for memory and locks.
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "bridge/band.hpp"
#include "bridge/demo_player.hpp"
#include "bridge/dummy_jack.hpp"
#include "bridge/jack_backend.hpp"
#include "bridge/journal_queue.hpp"
#include "bridge/loopback_backend.hpp"
#include "cli/jack_daw.hpp"
#include "model/echo.hpp"
#include "tests/guard/realtime_guard.hpp"

using namespace antiphon;
using namespace std::chrono_literals;

namespace {

/// Waits until so many turns have been told of, a minute at most.
int turnsHeard(JournalQueue& journal, int wanted) {
  int turns = 0;
  JournalEntry entry;
  Nanos when{};
  for (const auto until = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < until;) {
    while (journal.next(entry, when)) turns += std::holds_alternative<TurnEnded>(entry) ? 1 : 0;
    if (turns >= wanted) break;
    std::this_thread::sleep_for(5ms);
  }
  return turns;
}

}  // namespace

SCENARIO("RT-1 The player's thread takes no memory and no lock", "[real-time]") {
  Settings settings;
  settings.clock = ClockSource::internal;
  settings.tempo = Tempo::bpm(400);
  settings.measures = 1;
  JournalQueue journal;
  LoopbackBackend backend{{.outputBack = true}};
  Band band{settings,
            backend.out(),
            backend.clockOut(),
            std::make_unique<EchoAnswerer>(),
            std::make_unique<EchoAnswerer>(),
            journal,
            [&] { backend.wake(); }};
  DemoPlayer player{band, band, settings};
  const auto before = guard::offences();
  backend.start(player);
  REQUIRE(turnsHeard(journal, 3) >= 3);
  settings.measures = 2;
  REQUIRE(band.ask(settings));
  REQUIRE(band.ask(Panic{}));
  backend.losePort();
  REQUIRE(turnsHeard(journal, 1) >= 1);
  backend.stop();
  REQUIRE(guard::offences().all() == before.all());
}

#if defined(ANTIPHON_HAVE_JACK)

SCENARIO("RT-2 JACK's callback takes no memory and no lock", "[real-time]") {
  DummyJack server;
  Settings settings;
  settings.measures = 1;
  JournalQueue journal;
  JackBackend backend{PortNames{}};
  Band band{
      settings, backend.out(), backend.clockOut(), std::make_unique<EchoAnswerer>(), std::make_unique<EchoAnswerer>(),
      journal,  [] {}};
  const auto before = guard::offences();
  backend.start(band);
  JackDaw daw;
  daw.connect(daw.portName(JackDaw::Port::clock), "antiphon:ARIA_CLOCK");
  daw.connect(daw.portName(JackDaw::Port::keys), "antiphon:ARIA_IN");
  daw.connect("antiphon:ARIA_OUT", daw.portName(JackDaw::Port::ears));
  const std::uint64_t begin = daw.frame() + daw.rate() / 4;
  const std::uint64_t pulse = daw.rate() / 160;  // 400 BPM
  std::vector<JackDaw::Event> events{{begin - 1, JackDaw::Port::clock, MidiMessage::of(midi::kStart)}};
  for (unsigned i = 0; i < 9 * 96; ++i) {
    events.push_back({begin + i * pulse, JackDaw::Port::clock, MidiMessage::of(midi::kClock)});
    const auto pitch = static_cast<std::uint8_t>(40 + i / 6 % 40);
    if (i % 6 == 0) events.push_back({begin + i * pulse, JackDaw::Port::keys, MidiMessage::noteOn(0, pitch, 80)});
    if (i % 6 == 4) events.push_back({begin + i * pulse, JackDaw::Port::keys, MidiMessage::noteOff(0, pitch)});
  }
  daw.play(events);
  REQUIRE(turnsHeard(journal, 4) >= 4);
  backend.stop();
  REQUIRE(guard::offences().all() == before.all());
}

#endif
