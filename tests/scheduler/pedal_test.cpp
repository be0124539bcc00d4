// The answer's sustain pedal, from the thinker to the MIDI line.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "scheduler/realtime_scope.hpp"
#include "tests/guard/realtime_guard.hpp"
#include "tests/support/stage.hpp"

using namespace antiphon;
using namespace antiphon::testing;

namespace {

constexpr Tick kBar{1920};
using Moves = std::vector<std::pair<Tick, int>>;
using Messages = std::vector<MidiMessage>;

/// The lead pedals like this, on the first channel.
std::function<std::vector<Pedal>(const TurnPlan&)> pedalling(const std::vector<std::pair<int, bool>>& moves) {
  return [moves](const TurnPlan&) {
    std::vector<Pedal> pedals;
    for (const auto& [tick, down] : moves) pedals.push_back({Tick{tick}, down, 0});
    return pedals;
  };
}

MidiMessage down(std::uint8_t channel = 0) { return MidiMessage::controller(channel, midi::kSustain, 127); }
MidiMessage up(std::uint8_t channel = 0) { return MidiMessage::controller(channel, midi::kSustain, 0); }

Messages sentBy(Outbox& outbox, Tick until) {
  Messages messages;
  outbox.sendDue(until, [&](const MidiMessage& message) { messages.push_back(message); });
  return messages;
}

Settings measures(int bars) {
  Settings settings;
  settings.measures = bars;
  return settings;
}

}  // namespace

SCENARIO("PEDAL-1 The pedal moves on its ticks, on the answer's channel") {
  Settings settings = measures(2);
  GIVEN("a pianist who changes the pedal with the harmony") {
    Stage stage{settings};
    stage.thinker.pedal = pedalling({{60, true}, {960, false}, {1005, true}, {1920, false}});
    stage.startAndRun(5);
    stage.note(0.5, Tick{100}, 60);
    stage.runOut();
    REQUIRE(
        stage.pedals() ==
        Moves{{kBar + Tick{60}, 127}, {kBar + Tick{960}, 0}, {kBar + Tick{1005}, 127}, {2 * kBar, 0}, {3 * kBar, 0}});
    THEN("it counts as no note") { REQUIRE(stage.diary.turns().at(0).notes == 8); }
  }
  GIVEN("that the answer is sent to another channel, and on a grid") {
    settings.outChannel = std::uint8_t{4};
    settings.quantize = Tick{120};
    Stage stage{settings};
    stage.thinker.pedal = pedalling({{70, true}, {950, false}});
    stage.startAndRun(5);
    stage.note(0.5, Tick{100}, 60);
    stage.runOut();
    REQUIRE(stage.pedals() == Moves{{kBar + Tick{120}, 127}, {kBar + Tick{960}, 0}, {3 * kBar, 0}});
    for (const Sent& sent : stage.out.all) REQUIRE(sent.message.channel() == 4);
  }
}

SCENARIO("PEDAL-2 With a chord, the pedal lets go before it and catches it") {
  Outbox outbox;
  const auto strike = [&](int tick, int length, std::uint8_t pitch) {
    outbox.add(Note{Tick{tick}, Tick{length}, pitch, 90, 0});
  };
  const auto move = [&](int tick, bool isDown) { outbox.add(Pedal{Tick{tick}, isDown, 0}); };
  strike(0, 480, 60);
  strike(480, 480, 62);
  move(0, true);
  REQUIRE(sentBy(outbox, Tick{479}) == Messages{MidiMessage::noteOn(0, 60, 90), down()});
  WHEN("it is changed on the next one") {
    move(480, false);
    move(480, true);
    REQUIRE(sentBy(outbox, Tick{480}) ==
            Messages{MidiMessage::noteOff(0, 60), up(), MidiMessage::noteOn(0, 62, 90), down()});
  }
  WHEN("it is told to go down and up at once") {
    move(480, true);
    move(480, false);
    THEN("what was said last holds") {
      REQUIRE(sentBy(outbox, Tick{480}) == Messages{MidiMessage::noteOff(0, 60), up(), MidiMessage::noteOn(0, 62, 90)});
    }
  }
  WHEN("it is told what it does already") {
    move(480, true);
    REQUIRE(sentBy(outbox, Tick{480}) == Messages{MidiMessage::noteOff(0, 60), MidiMessage::noteOn(0, 62, 90)});
    move(481, false);
    move(482, false);
    REQUIRE(sentBy(outbox, Tick{490}) == Messages{up()});
  }
}

SCENARIO("PEDAL-3 However the answer ends, the pedal is up") {
  using Ending = std::pair<TurnEnd, std::function<void(Performance&, Nanos)>>;
  const std::vector<Ending> endings{
      {TurnEnd::complete, [](Performance&, Nanos) {}},
      {TurnEnd::clockLost, [](Performance&, Nanos) {}},
      {TurnEnd::yielded,
       [](Performance& music, Nanos when) {
         music.playerPacket(std::vector<std::uint8_t>{0x90, 50, 80}, when);
       }},
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
  Settings settings = measures(1);
  settings.overlap = Overlap::yield;
  Stage stage{settings};
  stage.thinker.compose = [](const TurnPlan&) { return std::vector<Note>{}; };  // a pedal, and no note at all
  stage.thinker.pedal = pedalling({{60, true}, {1900, true}});
  stage.startAndRun(end == TurnEnd::clockLost ? 1.6 : 2);
  stage.note(0.5, Tick{100}, 60);
  const Nanos moment = stage.atBar(1.55);
  stage.runTo(moment);
  REQUIRE(stage.out.pedalsDown() == 1);
  bringAbout(stage.performance(), moment);
  stage.runOut();
  REQUIRE(stage.diary.turns().front().end == end);
  REQUIRE(stage.out.pedalsDown() == 0);
  const auto moves = stage.pedals();
  REQUIRE(std::ranges::count(moves, 127, &std::pair<Tick, int>::second) == 1);
}

SCENARIO("PEDAL-4 Whoever takes over at a bar line has a pedal of their own") {
  Settings settings = measures(4);
  GIVEN("a lead that puts the pedal down and thinks no further than its first bar, for two bars") {
    const Late late = GENERATE(Late::echo, Late::rest);
    settings.late = late;
    Stage stage{settings};
    stage.thinker.leadSilent = true;
    stage.startAndRun(7);
    stage.note(0.5, Tick{100}, 60);
    stage.runTo(stage.at(kBar) - 20ms);
    const TurnId id = stage.thinker.commits.back().plan.id;
    const auto think = [&](double bar, Thought thought) {
      thought.id = id;
      stage.thinker.leads.emplace_back(stage.atBar(bar) - 10ms, thought);
    };
    const auto note = [](int tick) {
      return Thought{{}, Voice::lead, Thought::Kind::note, {Tick{tick}, Tick{400}, 72, 90, 0}, {}};
    };
    const auto pedal = [](int tick, bool isDown) {
      return Thought{{}, Voice::lead, Thought::Kind::pedal, {}, {Tick{tick}, isDown, 0}};
    };
    think(1, note(0));
    think(1, pedal(100, true));
    WHEN("it comes back with the pedal still down") {
      think(2.5, note(3840));
      stage.runOut();
      THEN("it is up while another plays, and down again from the bar line on") {
        REQUIRE(stage.pedals() ==
                Moves{{kBar + Tick{100}, 127}, {2 * kBar, 0}, {3 * kBar, 127}, {4 * kBar, 0}, {5 * kBar, 0}});
      }
    }
    WHEN("it comes back and has changed it meanwhile") {
      think(2.5, pedal(2400, false));
      think(2.5, pedal(2460, true));
      think(2.5, pedal(3600, false));
      think(2.5, note(3840));
      think(2.5, pedal(4000, true));
      stage.runOut();
      REQUIRE(stage.pedals() ==
              Moves{{kBar + Tick{100}, 127}, {2 * kBar, 0}, {3 * kBar + Tick{160}, 127}, {4 * kBar, 0}, {5 * kBar, 0}});
    }
    REQUIRE(stage.diary.turns().at(0).lateBars == 2);
  }
  GIVEN("a call that changes at the last moment") {
    settings.measures = 2;
    Stage stage{settings};
    stage.thinker.leadDelay = 20ms;
    stage.thinker.pedal = [](const TurnPlan& plan) {
      return plan.id.take == 1 ? std::vector<Pedal>{{Tick{60}, true, 0}} : std::vector<Pedal>{{Tick{2880}, true, 0}};
    };
    stage.startAndRun(5);
    stage.note(0.5, Tick{100}, 60);
    stage.note(stage.atBar(1) - 5ms, 50ms, 64);
    stage.runOut();
    THEN("the answer to the call as it was does not leave its pedal to the one that goes on") {
      REQUIRE(stage.thinker.commits.size() == 2);
      REQUIRE(stage.pedals() ==
              Moves{{kBar + Tick{60}, 127}, {2 * kBar, 0}, {2 * kBar + Tick{960}, 127}, {3 * kBar, 0}});
    }
  }
}

SCENARIO("PEDAL-5 A pedal that comes too late moves at once") {
  Stage stage{measures(1)};
  stage.thinker.leadSilent = true;
  stage.startAndRun(4);
  stage.note(0.5, Tick{100}, 60);
  stage.runTo(stage.at(kBar) - 10ms);
  const TurnId id = stage.thinker.commits.back().plan.id;
  const auto think = [&](Nanos when, int tick, bool isDown) {
    stage.thinker.leads.emplace_back(when, Thought{id, Voice::lead, Thought::Kind::pedal, {}, {Tick{tick}, isDown, 0}});
  };
  think(stage.at(kBar) - 9ms, 10, true);
  WHEN("it should have come up a beat ago") {
    think(stage.atBar(1.5), 480, false);
    stage.runOut();
    const auto moves = stage.pedals();
    REQUIRE(moves.size() == 3);
    REQUIRE(moves[0] == std::pair{kBar + Tick{10}, 127});
    REQUIRE(moves[1] == std::pair{kBar + Tick{960}, 0});
  }
  WHEN("it should have come up and gone down again") {
    think(stage.atBar(1.5), 480, false);
    think(stage.atBar(1.5), 540, true);
    stage.runTo(stage.atBar(1.6));
    REQUIRE(stage.out.pedalsDown() == 1);
    stage.runOut();
    REQUIRE(stage.out.pedalsDown() == 0);
  }
  THEN("none of it counts as a late note") {
    stage.runOut();
    REQUIRE(stage.diary.turns().at(0).lateNotes == 0);
  }
}

SCENARIO("PEDAL-6 A pedal that is none is not played") {
  Stage stage{measures(1)};
  stage.thinker.pedal = [](const TurnPlan&) {
    std::vector<Pedal> pedals{{Tick{-5}, true, 0}, {Tick{0}, true, 77}, {Tick{480}, true, 0}, {Tick{100}, false, 0}};
    for (int i = 0; i < 10000; ++i) pedals.push_back({Tick{500}, i % 2 == 0, 0});
    pedals.push_back({Tick{1920}, true, 0});
    return pedals;
  };
  stage.startAndRun(3);
  stage.note(0.5, Tick{100}, 60);
  stage.runOut();
  const auto moves = stage.pedals();
  REQUIRE(moves.front() == std::pair{kBar + Tick{480}, 127});
  REQUIRE(moves.back() == std::pair{2 * kBar, 0});
  REQUIRE(moves.size() <= 4);
}

SCENARIO("PEDAL-7 Pedals take no memory and no lock") {
  Reply reply;
  Outbox outbox;
  std::size_t sent = 0;
  const auto send = [&](const MidiMessage&) { ++sent; };
  const auto before = guard::offences();
  {
    RealtimeScope scope;
    const TurnPlan plan{{1, 1}, Meter{4, 4}, 1, 2, Tempo::bpm(120), 1};
    reply.expect(plan, Settings{});
    Thought thought{plan.id, Voice::lead, Thought::Kind::pedal, {}, {}};
    for (int i = 0; i < 20000; ++i) {
      thought.pedal = {Tick{i / 8}, i % 2 == 0, static_cast<std::uint8_t>(i % 16)};
      reply.take(thought);
    }
    for (int i = 0; i < 10000; ++i) outbox.add(Pedal{Tick{i % 3000}, i % 3 != 0, static_cast<std::uint8_t>(i % 16)});
    reply.decide(0, Tick{0}, outbox);
    outbox.sendDue(Tick{600}, send);
    reply.deliver(Tick{0}, Tick{700}, outbox);
    reply.decide(1, Tick{0}, outbox);
    outbox.liftPedals(Tick{3000});
    outbox.sendDue(Tick{4000}, send);
    outbox.settle(send);
  }
  REQUIRE(sent > 100);
  REQUIRE(guard::offences().all() == before.all());
}

TEST_CASE("PEDAL-8 Whatever is asked of the pedals, they go down and up by turns, and the last word on a tick holds") {
  REQUIRE(rc::check([] {
    Pedals pedals;
    const auto asked = *rc::gen::container<std::vector<Pedal>>(rc::gen::exec([] {
      return Pedal{Tick{*rc::gen::inRange(0, 12)}, *rc::gen::arbitrary<bool>(),
                   static_cast<std::uint8_t>(*rc::gen::inRange(0, 2))};
    }));
    std::map<std::pair<Tick, std::uint8_t>, bool> last;
    for (const Pedal& pedal : asked) {
      pedals.add(pedal);
      last[{pedal.tick, pedal.channel}] = pedal.down;
    }
    std::map<std::uint8_t, bool> down;
    for (Tick now{0}; now < Tick{12}; now += Tick{1}) {
      bool pressed = false;
      while (pedals.next() && pedals.next()->tick <= now) {
        if (const auto moved = pedals.take()) {
          RC_ASSERT(down[moved->channel] != moved->down);
          RC_ASSERT((moved->down || !pressed));  // what comes up on a tick does so first
          pressed = pressed || moved->down;
          down[moved->channel] = moved->down;
        }
      }
      for (std::uint8_t channel = 0; channel < 2; ++channel) {
        if (const auto word = last.find({now, channel}); word != last.end()) RC_ASSERT(down[channel] == word->second);
      }
    }
    RC_ASSERT(pedals.next() == nullptr);
  }));
}
