#include <catch2/catch.hpp>

#include "tests/support/stage.hpp"

using namespace antiphon;
using namespace antiphon::testing;

SCENARIO("STUCK-1 However the answer ends, nothing goes on sounding") {
  using Ending = std::pair<TurnEnd, std::function<void(Performance&, Nanos)>>;
  const std::vector<Ending> endings{
      {TurnEnd::portLost, [](Performance& music, Nanos when) { music.portLost(when); }},
      {TurnEnd::panic, [](Performance& music, Nanos when) { music.obey(Panic{}, when); }},
      {TurnEnd::closed, [](Performance& music, Nanos when) { music.close(when); }},
      {TurnEnd::stopped,
       [](Performance& music, Nanos when) { music.clockPacket(std::vector<std::uint8_t>{0xFC}, when); }},
      {TurnEnd::jumped,
       [](Performance& music, Nanos when) {
         music.clockPacket(std::vector<std::uint8_t>{0xF2, 0, 0}, when);
       }},
  };
  const auto [end, bringAbout] = GENERATE_REF(from_range(endings));
  Stage stage;
  stage.startAndRun(1.6);
  stage.note(0.5, Tick{100}, 60);
  const Nanos moment = stage.atBar(1.55);
  stage.runTo(moment);
  REQUIRE(stage.out.sounding() == 1);
  auto& performance = stage.performance();
  bringAbout(performance, moment);
  THEN("every note is closed in the same instant") {
    REQUIRE(stage.out.sounding() == 0);
    REQUIRE(stage.out.all.back().when == moment);
    REQUIRE(stage.out.all.back().message.isController(midi::kAllNotesOff));
    REQUIRE(stage.diary.turns().back().end == end);
    REQUIRE(performance.phase() != Phase::answering);
    AND_THEN("nothing of that answer comes afterwards") {
      const auto sent = stage.out.all.size();
      stage.runOut();
      REQUIRE(stage.out.all.size() == sent);
    }
  }
}

SCENARIO("STUCK-2 The same note struck again while it sounds is released first") {
  Stage stage;
  stage.thinker.compose = [](const TurnPlan&) {
    return std::vector<Note>{{Tick{0}, Tick{900}, 60, 90, 0}, {Tick{480}, Tick{900}, 60, 91, 0}};
  };
  stage.startAndRun(5);
  stage.note(0.5, Tick{100}, 62);
  stage.runOut();
  std::vector<MidiMessage> notes;
  for (const Sent& sent : stage.out.all) {
    if (sent.message.kind() != 0xB0) notes.push_back(sent.message);
  }
  REQUIRE(notes == std::vector<MidiMessage>{MidiMessage::noteOn(0, 60, 90), MidiMessage::noteOff(0, 60),
                                            MidiMessage::noteOn(0, 60, 91), MidiMessage::noteOff(0, 60)});
}

SCENARIO("STUCK-3 Our own output, fed back into the input, is no call") {
  Settings settings;
  settings.measures = 1;
  for (const Overlap overlap : {Overlap::ignore, Overlap::yield}) {
    for (const Nanos delay : {0ms, 12ms, 90ms}) {
      settings.overlap = overlap;
      DYNAMIC_SECTION("loop of " << delay.count() / 1000000 << " ms, overlap " << static_cast<int>(overlap)) {
        Stage stage{settings};
        // A note that begins just before the answer ends comes back when the next bar is being listened to.
        stage.thinker.compose = [](const TurnPlan&) {
          return std::vector<Note>{{Tick{0}, Tick{400}, 60, 70, 0},
                                   {Tick{480}, Tick{400}, 62, 71, 0},
                                   {Tick{960}, Tick{400}, 64, 72, 0},
                                   {Tick{1890}, Tick{30}, 65, 73, 0}};
        };
        stage.startAndRun(12);
        stage.note(0.5, Tick{100}, 60);
        std::size_t looped = 0;
        for (Nanos now = stage.atBar(0); now < stage.atBar(10); now += 1ms) {
          stage.runTo(now);
          for (; looped < stage.out.all.size(); ++looped) {
            const auto& bytes = stage.out.all[looped].message.bytes;
            stage.play(std::max(now, stage.out.all[looped].when + delay), {bytes[0], bytes[1], bytes[2]});
          }
        }
        REQUIRE(stage.diary.turns().size() == 1);
        REQUIRE(stage.diary.turns()[0].end == TurnEnd::complete);
        REQUIRE(stage.performance().tally().ownNotesHeard > 0);
        REQUIRE(stage.diary.every<Heard>().size() == 2);  // the player's one note, down and up
      }
    }
  }
}

SCENARIO("STUCK-4 A player who strikes our last note again at once is heard") {
  Settings settings;
  settings.measures = 1;
  Stage stage{settings};
  stage.startAndRun(12);
  stage.note(0.5, Tick{100}, 60, 90);
  stage.note(2.0, Tick{100}, 72, 90);  // a beat after the lead's last: the same pitch, the same strength
  stage.note(2.02, Tick{100}, 72, 90);
  stage.thinker.compose = [](const TurnPlan&) {
    return std::vector<Note>{
        {Tick{0}, Tick{400}, 72, 90, 0}, {Tick{1800}, Tick{100}, 72, 90, 0}, {Tick{1900}, Tick{20}, 72, 90, 0}};
  };
  stage.runOut();
  REQUIRE(stage.diary.turns().size() == 2);
  REQUIRE(stage.thinker.commits.back().prompt.size() == 2);
}
