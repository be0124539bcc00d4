// The real-time contexts as they run live, watched for memory and locks.
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "bridge/band.hpp"
#include "bridge/demo_player.hpp"
#include "bridge/dummy_jack.hpp"
#include "bridge/heard_band.hpp"
#include "bridge/jack_backend.hpp"
#include "bridge/journal_queue.hpp"
#include "bridge/loopback_backend.hpp"
#include "cli/jack_daw.hpp"
#include "model/echo.hpp"
#include "tests/guard/realtime_guard.hpp"

using namespace antiphon;
using namespace std::chrono_literals;

namespace {

/// Waits until so many turns have been told of, a minute at most, and edits what sounds meanwhile.
int turnsHeard(JournalQueue& journal, int wanted, Ensemble& ensemble) {
  constexpr std::array kParts{Part::bass, Part::melody, Part::drums};
  int turns = 0;
  JournalEntry entry;
  Nanos when{};
  for (const auto until = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < until;) {
    while (journal.next(entry, when)) turns += std::holds_alternative<TurnEnded>(entry) ? 1 : 0;
    if (turns >= wanted) break;
    ensemble.expect(kParts[static_cast<std::size_t>(turns) % kParts.size()]);
    ensemble.click(turns % 2 == 0);
    ensemble.turnKnobs();
    ensemble.tend();
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
  Ensemble ensemble{{.audio = {.device = "none"}, .through = true}, synth::systemAudio(), backend.out()};
  Band band{settings,
            ensemble.answers(),
            backend.clockOut(),
            std::make_unique<EchoAnswerer>(),
            std::make_unique<EchoAnswerer>(),
            journal,
            [&] { backend.wake(); }};
  HeardBand heard{band, ensemble};
  band.whenCommitted([&] { ensemble.nextAnswer(); });
  DemoPlayer player{band, heard, settings};
  const auto before = guard::offences();
  ensemble.start();
  backend.start(player);
  REQUIRE(turnsHeard(journal, 3, ensemble) >= 3);
  settings.measures = 2;
  REQUIRE(band.ask(settings));
  REQUIRE(band.ask(Panic{}));
  backend.losePort();
  REQUIRE(turnsHeard(journal, 1, ensemble) >= 1);
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
  Ensemble ensemble{{.through = true}, synth::systemAudio(), backend.out()};
  Band band{settings,
            ensemble.answers(),
            backend.clockOut(),
            std::make_unique<EchoAnswerer>(),
            std::make_unique<EchoAnswerer>(),
            journal,
            [] {}};
  HeardBand heard{band, ensemble};
  band.whenCommitted([&] { ensemble.nextAnswer(); });
  const auto before = guard::offences();
  REQUIRE(ensemble.start()[0].find("system (JACK)") != std::string::npos);
  backend.start(heard);
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
  REQUIRE(turnsHeard(journal, 4, ensemble) >= 4);
  backend.stop();
  REQUIRE(ensemble.metrics().late == 0);
  ensemble.stop();
  REQUIRE(guard::offences().all() == before.all());
}

#endif
