#include "bridge/synth_voice.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "bridge/silent_sink.hpp"
#include "synth/desk.hpp"
#include "tests/bridge/recording_client.hpp"
#include "tests/support/fake_audio.hpp"

namespace antiphon {
namespace {

using namespace synth;

/// A module that is played, and writes down what it hears.
struct Ear final : Module {
  struct Heard {
    Gesture gesture{};
    Frame frame{};
  };
  inline static std::vector<Heard> all{};
  std::int64_t made = 0;

  void hear(const Gesture& gesture, int frame) override { all.push_back({gesture, {made + frame}}); }
  void play(const Block& block) override {
    made += block.frames;
    for (int f = 0; f < block.frames; ++f) std::fill_n(block.out[0].at(0, f), kLanes, 0.0f);
  }
  void calm() override {}
};

const ModuleType& earModule() {
  static const ModuleType type{.name = "ear",
                               .family = "tests",
                               .purpose = "Writes down what it hears.",
                               .inlets = {},
                               .outlets = {{"out", "silence"}},
                               .spread = Spread::voices,
                               .make = [](const Place&) -> std::unique_ptr<Module> { return std::make_unique<Ear>(); }};
  return type;
}

struct Stage {
  Desk desk{SampleRate{48000}};
  FakeAudio audio{};
  Engine engine{desk.machine(), audio, {}};
  RecordingSink onward{};
  SteadyMoments moments{};
  SynthVoice voice{onward, engine, moments};

  Stage() {
    desk.add("ear", earModule());
    engine.start();
    audio.pass(2s);
    Ear::all.clear();
    Ear::all.reserve(20'000);
  }
  /// Where a note of this moment is meant to sound.
  double frameOf(Nanos when) const {
    return static_cast<double>((when - audio.heardFrom).count()) * 48e-6 + engine.latency();
  }
};

TEST_CASE("what is sent goes on, and is played on the channel's module", "[synth-voice]") {
  Stage stage;
  stage.voice.voice(2, stage.desk.played("ear"));
  const Nanos when = stage.audio.time + 1ms;
  const std::vector<MidiMessage> messages{
      MidiMessage::noteOn(2, 60, 127),    MidiMessage::noteOn(3, 61, 100),    MidiMessage::controller(2, 64, 127),
      MidiMessage{{0xE2, 0x7F, 0x7F}, 3}, MidiMessage{{0xE2, 0, 0}, 3},       MidiMessage::noteOff(2, 60),
      MidiMessage::noteOn(2, 62, 0),      MidiMessage::controller(2, 123, 0), MidiMessage::controller(2, 120, 0),
      MidiMessage::controller(2, 7, 100), MidiMessage::of(midi::kClock)};
  for (const MidiMessage& message : messages) stage.voice.send(message, when);
  stage.audio.pass(100ms);

  REQUIRE(stage.onward.sent.size() == messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) CHECK(stage.onward.sent[i].message == messages[i]);
  using Kind = Gesture::Kind;
  const std::vector<Kind> kinds{Kind::keyDown, Kind::pedal, Kind::bend,  Kind::bend,
                                Kind::keyUp,   Kind::keyUp, Kind::allUp, Kind::allUp};
  REQUIRE(Ear::all.size() == kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    CHECK(Ear::all[i].gesture.kind == kinds[i]);
    CHECK(Ear::all[i].frame == Ear::all[0].frame);
  }
  CHECK(Ear::all[0].gesture.key == 60);
  CHECK(Ear::all[0].gesture.amount == 1);
  CHECK(Ear::all[1].gesture.amount == 1);
  CHECK(Ear::all[2].gesture.amount == Approx(2).margin(0.001));
  CHECK(Ear::all[3].gesture.amount == -2);
  CHECK(static_cast<double>(Ear::all[0].frame.value) == Approx(stage.frameOf(when)).margin(1));
  CHECK(stage.voice.dropped() == 0);
}

TEST_CASE("a channel that gets another module lets the one before go", "[synth-voice]") {
  Stage stage;
  stage.desk.add("other", earModule());
  stage.voice.voice(0, stage.desk.played("ear"));
  stage.voice.send(MidiMessage::noteOn(0, 60, 100), stage.audio.time);
  stage.voice.voice(0, stage.desk.played("other"));
  stage.voice.send(MidiMessage::noteOn(0, 64, 100), stage.audio.time);
  stage.voice.voice(0, NodeId{});
  stage.voice.send(MidiMessage::noteOff(0, 64), stage.audio.time);
  stage.audio.pass(50ms);
  REQUIRE(Ear::all.size() == 4);
  CHECK(Ear::all[1].gesture.kind == Gesture::Kind::allUp);
  CHECK(Ear::all[2].gesture.kind == Gesture::Kind::keyDown);
  CHECK(Ear::all[3].gesture.kind == Gesture::Kind::allUp);
}

TEST_CASE("a flood is counted, and leaves no key down", "[synth-voice]") {
  Stage stage;
  stage.voice.voice(0, stage.desk.played("ear"));
  int sent = 0;
  for (; sent < 10'000; ++sent) {
    const auto pitch = static_cast<std::uint8_t>(sent / 2 % 128);
    stage.voice.send(sent % 2 == 0 ? MidiMessage::noteOn(0, pitch, 1) : MidiMessage::noteOff(0, pitch),
                     stage.audio.time);
  }
  CHECK(stage.voice.dropped() > 1000);
  CHECK(stage.onward.sent.size() == 10'000);
  stage.audio.pass(50ms);
  CHECK(Ear::all.size() + stage.voice.dropped() == static_cast<std::size_t>(sent));
  stage.voice.send(MidiMessage::noteOn(0, 60, 1), stage.audio.time);
  stage.audio.pass(50ms);
  REQUIRE(Ear::all.size() > 2);
  CHECK(Ear::all[Ear::all.size() - 2].gesture.kind == Gesture::Kind::allUp);
}

TEST_CASE("moments by a card of its own find their frames, however far it has drifted", "[synth-voice]") {
  Stage stage;
  stage.voice.voice(0, stage.desk.played("ear"));
  // A card that is 80 ppm slow, for three minutes: it has fallen 14 ms behind.
  const Nanos begun = stage.audio.time;
  const auto cardTime = [&](Nanos steady) {
    return begun + Nanos{static_cast<std::int64_t>(static_cast<double>((steady - begun).count()) * (1 - 80e-6))};
  };
  stage.audio.pass(180s, [&] { stage.moments.cycle({cardTime(stage.audio.time), stage.audio.time, 0, 48000}); });
  const Nanos when = stage.audio.time + 3ms;
  stage.voice.send(MidiMessage::noteOn(0, 60, 100), cardTime(when));
  stage.audio.pass(100ms);
  REQUIRE(Ear::all.size() == 1);
  CHECK(static_cast<double>(Ear::all[0].frame.value) == Approx(stage.frameOf(when)).margin(2));
}

SCENARIO("Played by the card that it sounds on, a note sounds on its frame, a period later, whatever the clocks say") {
  GIVEN("a card that counts, calls at uneven times, and is about to count over the end of its count") {
    Stage stage;
    stage.voice.voice(0, stage.desk.played("ear"));
    stage.audio.count = 0xFFFFFFFFu - 5000;
    // Moments begin anywhere, and are exact by the card.
    const Nanos origin = 77s;
    const std::uint32_t first = *stage.audio.count;
    std::vector<std::pair<std::uint32_t, int>> notes;  // after the first count, and in the cycle
    int n = 0;
    std::int64_t made = stage.desk.machine().now().value;
    const std::int64_t before = made;
    stage.audio.pass(1s, [&] {
      const std::uint32_t count = *stage.audio.count, since = count - first;
      const Nanos moment = origin + Nanos{std::int64_t{since} * 1'000'000'000 / 48000};
      stage.moments.cycle({moment, stage.audio.time + Nanos{(n * 7919) % 900'000}, count, 48000});
      const int place = (n * 37) % 256;
      stage.voice.send(MidiMessage::noteOn(0, 60, 100), moment + Nanos{place * 1'000'000'000LL / 48000});
      notes.emplace_back(since, place);
      stage.audio.late = Nanos{(n * 104'729) % 700'000};
      if (++n == 90) *stage.audio.count += 1000;  // frames were lost, and counted
    });
    THEN("each is a period behind its own frame") {
      REQUIRE(Ear::all.size() + 1 >= notes.size());
      CHECK(stage.engine.latency() == 256);
      CHECK(stage.engine.metrics().late == 0);
      int exact = 0;
      for (std::size_t i = 0; i < Ear::all.size(); ++i) {
        const std::int64_t lost = i >= 90 ? 1000 : 0;
        const std::int64_t due = before + notes[i].first - lost + notes[i].second + 256;
        if (Ear::all[i].frame.value == due) ++exact;
      }
      // The one that was sent when the count jumped had no cycle that it could be counted from.
      CHECK(exact >= static_cast<int>(Ear::all.size()) - 1);
    }
  }
}

}  // namespace
}  // namespace antiphon
