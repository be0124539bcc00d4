#include "synth/engine.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "synth/desk.hpp"
#include "synth/rack.hpp"
#include "tests/guard/realtime_guard.hpp"
#include "tests/support/fake_audio.hpp"

using namespace antiphon;
using namespace antiphon::synth;
using namespace std::chrono_literals;

namespace {

/// Keys whose gate is heard: silence jumps to something on the very frame on which a key goes down.
void patchGate(Desk& desk) {
  desk.add("k", *moduleCalled("keys"));
  desk.connect("k.gate", "out");
}

std::ptrdiff_t firstSound(const std::vector<float>& sound, std::size_t from = 0) {
  for (std::size_t i = from; i < sound.size(); ++i) {
    if (std::abs(sound[i]) > 0.1f) return static_cast<std::ptrdiff_t>(i);
  }
  return -1;
}

/// Writes down the beat of each block.
struct Diary final : Module {
  inline static std::vector<Transport> times{};
  void play(const Block& block) override {
    times.push_back(block.time);
    for (int f = 0; f < block.frames; ++f) std::fill_n(block.out[0].at(0, f), kLanes, 0.0f);
  }
  void calm() override {}
};
const ModuleType& diaryModule() {
  static const ModuleType type{.name = "diary",
                               .family = "tests",
                               .purpose = "Writes down the beat of each block.",
                               .inlets = {},
                               .outlets = {{"out", "silence"}},
                               .spread = Spread::room,
                               .make = [](const Place&) -> std::unique_ptr<Module> {
                                 Diary::times.reserve(100'000);
                                 return std::make_unique<Diary>();
                               }};
  return type;
}

}  // namespace

SCENARIO("the engine says how it keeps up with the device") {
  GIVEN("a device of 256 frames at 48 kHz, and a millisecond's work for each period") {
    Desk desk{SampleRate{48000}};
    FakeAudio audio;
    audio.cost = 1ms;
    Engine engine{desk.machine(), audio, {}};
    CHECK(engine.start() == std::vector<std::string>{"The synth plays to card."});
    WHEN("100 periods are played") {
      while (engine.metrics().calls < 100) audio.pass(1ms);
      THEN("all of them are counted, with their share of the time") {
        const EngineMetrics metrics = engine.metrics();
        CHECK(metrics.calls == 100);
        CHECK(desk.machine().now() == Frame{25600});
        CHECK(metrics.underruns == 0);
        CHECK(metrics.overruns == 0);
        CHECK(metrics.mean == 1ms);
        CHECK(metrics.worst == 1ms);
        CHECK(metrics.share == Approx(1 / (256 / 48.0)));
      }
      AND_WHEN("one takes longer than it lasts, and the device tells of a gap") {
        audio.cost = 8ms;
        audio.underrun = true;
        audio.pass(1ms);
        THEN("both are counted, and the worst is remembered") {
          CHECK(engine.metrics().underruns == 1);
          CHECK(engine.metrics().overruns == 1);
          CHECK(engine.metrics().worst == 8ms);
          CHECK(engine.metrics().worstShare == Approx(1.5));
        }
      }
    }
  }
}

SCENARIO("a device is chosen by its number or a part of its name") {
  const std::vector<DeviceInfo> there{{0, "HDA Intel: HDMI", "ALSA", 2, 48000, false},
                                      {1, "HDA Intel: Analog", "ALSA", 2, 48000, true},
                                      {4, "Scarlett 18i20", "ALSA", 20, 96000, false}};
  CHECK(chooseDevice(there, "").number == 1);
  CHECK(chooseDevice(there, "4").number == 4);
  CHECK(chooseDevice(there, "hdmi").number == 0);
  CHECK(chooseDevice(there, "18").number == 4);
  CHECK_THROWS_WITH(chooseDevice(there, "organ"),
                    "There is no sound device \"organ\"; there is 0 HDA Intel: HDMI (ALSA); 1 HDA Intel: Analog "
                    "(ALSA); 4 Scarlett 18i20 (ALSA).");
  CHECK_THROWS_WITH(chooseDevice(there, "intel"),
                    "More than one sound device is called \"intel\": 0 HDA Intel: HDMI (ALSA); 1 HDA Intel: Analog "
                    "(ALSA); say more of its name, or its number.");
  CHECK_THROWS_WITH(chooseDevice({}, ""), "There is no sound device on this machine.");
}

SCENARIO("what no device can do is refused") {
  Desk desk{SampleRate{48000}}, slow{SampleRate{8000}};
  FakeAudio audio;
  CHECK_THROWS_WITH((Engine{desk.machine(), audio, {"", 8}}), "A period of 8 frames is not possible; 16 to 2048 are.");
  CHECK_THROWS_WITH((Engine{slow.machine(), audio, {}}),
                    "A sample rate of 8000 Hz is not possible; 44100 Hz to 192000 Hz are.");
  audio.onlyRate = 44100;
  Engine engine{desk.machine(), audio, {}};
  CHECK_THROWS_WITH(engine.start(), "card plays at another rate.");
  CHECK(audio.players == 0);
}

SCENARIO("a device vanishes, and comes back") {
  GIVEN("an engine that plays to a device") {
    Desk desk{SampleRate{48000}};
    patchGate(desk);
    FakeAudio audio;
    Engine engine{desk.machine(), audio, {}};
    engine.start();
    audio.pass(1s);
    CHECK(engine.tend().empty());
    const bool says = GENERATE(true, false);
    WHEN((says ? "it says that it is gone" : "it falls silent without a word")) {
      audio.there.clear();
      if (says) audio.alive = false;
      else audio.calls = false;
      audio.pass(1100ms);
      CHECK(engine.tend() ==
            std::vector<std::string>{"0 card (Fake) plays no more; the synth goes on unheard until it is back."});
      THEN("the music goes on in time, unheard") {
        CHECK_FALSE(engine.heard());
        const Frame then = desk.machine().now();
        audio.pass(1s);
        CHECK(desk.machine().now() - then == Approx(48000).margin(256));
        CHECK(engine.tend().empty());
      }
      AND_WHEN("it is back at another rate") {
        audio.there = {{3, "card", "Fake", 2, 44100, true}};
        audio.onlyRate = 44100;
        THEN("that is said once") {
          CHECK(engine.tend() == std::vector<std::string>{"card plays at another rate."});
          CHECK(engine.tend().empty());
          CHECK_FALSE(engine.heard());
          CHECK(audio.players == 1);
        }
      }
      AND_WHEN("it is back, under another number, beside another") {
        audio.pass(500ms);
        audio.there = {{0, "speaker", "Fake", 2, 48000, true}, {1, "card", "Fake", 2, 48000, false}};
        audio.alive = audio.calls = true;
        audio.heard.clear();
        CHECK(engine.tend() == std::vector<std::string>{"The synth is heard again: it plays to card."});
        audio.pass(500ms);
        THEN("notes sound at their moments again") {
          const Nanos when = audio.time + 2ms;
          REQUIRE(engine.play(desk.played("k"), {Gesture::Kind::keyDown, 60, 1}, when));
          audio.pass(100ms);
          const auto onset = firstSound(audio.heard);
          const double meant = static_cast<double>((when - audio.heardFrom).count()) * 48e-6 + engine.latency();
          CHECK(static_cast<double>(onset) == Approx(meant).margin(2));
        }
      }
      CHECK(audio.mostPlayers == 1);
    }
  }
}

SCENARIO("there is no device at all") {
  GIVEN("a machine without sound") {
    Desk desk{SampleRate{48000}};
    FakeAudio audio;
    audio.there.clear();
    Engine engine{desk.machine(), audio, {}};
    CHECK(engine.start() ==
          std::vector<std::string>{"There is no sound device on this machine. The synth plays all the same, and nobody "
                                   "hears it."});
    audio.pass(1s);
    CHECK(desk.machine().now().value == Approx(48000).margin(256));
    WHEN("one is plugged in") {
      audio.there = {{0, "card", "Fake", 2, 48000, true}};
      THEN("it is played to") {
        CHECK(engine.tend() == std::vector<std::string>{"The synth is heard again: it plays to card."});
        CHECK(engine.heard());
      }
    }
  }
}

SCENARIO("notes keep their distances, whatever the period") {
  const int period = GENERATE(16, 256, 2048);
  GIVEN("a device that calls unevenly for " << period << " frames") {
    Desk desk{SampleRate{48000}};
    patchGate(desk);
    FakeAudio audio;
    Engine engine{desk.machine(), audio, {"", period}};
    engine.start();
    unsigned chance = 1;
    const auto uneven = [&] { audio.late = Nanos{(chance = chance * 1664525 + 1013904223) >> 14}; };  // to 0.26 ms
    audio.pass(2s, uneven);
    WHEN("20 notes are sent at their moments") {
      const NodeId keys = desk.played("k");
      double least = 1e9, most = -1e9;
      for (int n = 0; n < 20; ++n) {
        const Nanos when = audio.time + n * 731us;
        const std::size_t from = audio.heard.size();
        engine.play(keys, {Gesture::Kind::keyDown, 60, 1}, when);
        engine.play(keys, {Gesture::Kind::keyUp, 60, 0}, when + 20ms);
        audio.pass(200ms, uneven);
        const double meant = static_cast<double>((when - audio.heardFrom).count()) * 48e-6 + engine.latency();
        const double error = static_cast<double>(firstSound(audio.heard, from)) - meant;
        least = std::min(least, error);
        most = std::max(most, error);
      }
      THEN("each sounds a constant latency later, to a few frames") {
        CAPTURE(least, most, engine.latency());
        CHECK(most - least < 3);
        CHECK(std::abs(most) < 10);
        CHECK(engine.latency() == period + 12);
        CHECK(engine.metrics().late == 0);
      }
    }
  }
}

SCENARIO("modules are in step with the music's time") {
  GIVEN("a beat of 120 that was 8 a second ago") {
    Desk desk{SampleRate{48000}};
    desk.add("d", diaryModule());
    FakeAudio audio;
    Engine engine{desk.machine(), audio, {}};
    engine.start();
    audio.pass(2s);
    engine.keepTime({{120, 8, true}, audio.time - 1s});
    Diary::times.clear();
    audio.pass(1s);
    THEN("a block's beat is that of the notes that sound in it, and goes on evenly") {
      REQUIRE(Diary::times.size() > 40'000 / kBlock);
      const double latency = engine.latency() / 48000.0 * 2;
      CHECK(Diary::times[0].beat == Approx(10 - latency).margin(0.001));
      double worst = 0;
      for (std::size_t i = 1; i < Diary::times.size(); ++i)
        worst = std::max(worst, std::abs(Diary::times[i].beat - Diary::times[i - 1].beat - kBlock / 24000.0));
      CHECK(worst < 1e-5);
    }
  }
}

SCENARIO("nothing is allocated and nothing waits while sound is made", "[guard]") {
  if (!guard::watching()) return;
  GIVEN("an engine that plays") {
    Desk desk{SampleRate{48000}};
    patchGate(desk);
    FakeAudio audio;
    Engine engine{desk.machine(), audio, {"", 64}};
    engine.start();
    audio.pass(100ms);
    const auto before = guard::offences();
    WHEN("modules and cables come and go, knobs turn, and keys are struck by the hundred, for some seconds") {
      int edits = 0, period = 0;
      bool room = true;
      audio.pass(4s, [&] {
        if (++period % 5 == 0) {
          const std::string name = "v" + std::to_string(edits % 7);
          if (desk.patch().find(name) != nullptr) {
            desk.remove(name);
          } else {
            desk.add(name, *moduleCalled("sine"));
            desk.connect("k.pitch", name);
            desk.connect(name, "out", 0.1);
          }
          desk.set("out.level", -(edits % 20));
          ++edits;
        }
        const NodeId keys = desk.played("k");
        for (int n = 0; n < 100; ++n) {
          const auto key = static_cast<float>(n);
          room = engine.play(keys, {period % 2 ? Gesture::Kind::keyDown : Gesture::Kind::keyUp, key, 1},
                             audio.time + n * 10us) &&
                 room;
        }
        engine.keepTime({{100.0 + edits % 50, static_cast<double>(period), true}, audio.time});
      });
      THEN("no offence is counted") {
        CHECK(room);
        CHECK(edits > 500);
        CHECK(guard::offences().allocations == before.allocations);
        CHECK(guard::offences().frees == before.frees);
        CHECK(guard::offences().locks == before.locks);
      }
    }
  }
}

SCENARIO("ten minutes into a piece a note still falls on its very sample") {
  GIVEN("a key struck at minute ten, rendered at once in pieces of all sizes") {
    Desk desk{SampleRate{48000}};
    patchGate(desk);
    const Frame minuteTen{10 * 60 * 48000 + 17};
    REQUIRE(desk.machine().play(desk.played("k"), {Gesture::Kind::keyDown, 60, 1}, minuteTen));
    std::vector<float> left(65536), right(left.size());
    std::int64_t first = -1;
    for (int piece = 1; first < 0 && desk.machine().now() < minuteTen + 48000; piece = piece * 7919 % 65521) {
      const Frame begin = desk.machine().now();
      desk.machine().render(left.data(), right.data(), piece, {});
      left.resize(static_cast<std::size_t>(piece));
      if (const auto found = firstSound(left); found >= 0) first = begin.value + found;
      left.resize(65536);
    }
    THEN("it is heard there") { CHECK(first == minuteTen.value); }
  }
}
