// What holds whatever is played, and whatever the transport does.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "tests/support/stage.hpp"

using namespace antiphon;
using namespace antiphon::testing;

namespace {

struct Window {
  Nanos begin;
  Nanos end;
};

/// The spans in which the phase was answering.
std::vector<Window> windows(const Diary& diary) {
  std::vector<Window> found;
  for (const auto& [entry, when] : diary.all) {
    const auto* change = std::get_if<PhaseChanged>(&entry);
    if (change == nullptr) continue;
    if (change->to == Phase::answering) found.push_back({when, Nanos::max()});
    if (change->from == Phase::answering) found.back().end = when;
  }
  return found;
}

Settings anySettings() {
  Settings settings;
  settings.meter = *rc::gen::element(Meter{4, 4}, Meter{3, 4}, Meter{6, 8}, Meter{7, 8}, Meter{5, 4}, Meter{12, 8});
  settings.measures = *rc::gen::inRange(1, 4);
  settings.humanMeasures = *rc::gen::inRange(1, 3);
  settings.promptMeasures = *rc::gen::inRange(1, 4);
  settings.guard = *rc::gen::inRange(1, 13) * kPulse;
  settings.overlap = *rc::gen::element(Overlap::ignore, Overlap::yield);
  settings.late = *rc::gen::element(Late::echo, Late::rest, Late::wait);
  settings.anchor = *rc::gen::element(Anchor::transport, Anchor::firstNote);
  settings.quantize = *rc::gen::element(Tick{0}, Tick{120}, Tick{160});
  return settings;
}

}  // namespace

TEST_CASE("PROP-1 Any sequence of transport and notes: nothing sticks, nothing leaves outside the window") {
  const bool held = rc::check([] {
    const Settings settings = anySettings();
    const double bpm = *rc::gen::inRange(40, 240);
    Stage stage{settings, bpm};
    stage.thinker.leadDelay = *rc::gen::element(0ms, 5ms, 80ms, 700ms, 4000ms);
    stage.thinker.leadFails = *rc::gen::inRange(0, 10) == 0;
    const int dense = *rc::gen::inRange(1, 6);
    stage.thinker.compose = [dense](const TurnPlan& plan) {
      std::vector<Note> notes;
      for (Tick at{0}; at < plan.answerBars * plan.meter.bar(); at += Tick{480 / dense}) {
        notes.push_back({at, Tick{700}, static_cast<std::uint8_t>(60 + notes.size() % 5), 90,
                         static_cast<std::uint8_t>(notes.size() % 3)});
      }
      return notes;
    };
    const auto moves = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(-100, 8000), rc::gen::inRange(0, 6)));
    stage.thinker.pedal = [moves](const TurnPlan&) {
      std::vector<Pedal> pedals;
      for (const auto& [tick, what] : moves)
        pedals.push_back({Tick{tick}, what % 2 == 0, static_cast<std::uint8_t>(what / 2)});
      std::ranges::stable_sort(pedals, {}, &Pedal::tick);
      return pedals;
    };

    stage.start();
    Tick at{0};
    const int steps = *rc::gen::inRange(5, 60);
    for (int step = 0; step < steps; ++step) {
      at += *rc::gen::inRange(1, 60) * kPulse;
      stage.pulsesTo(at);
      const Nanos when = stage.at(at) + Nanos{*rc::gen::inRange(0, 2'000'000)};
      switch (*rc::gen::inRange(0, 14)) {
        case 0: stage.clock(when, {0xFC}); break;
        case 1: stage.clock(when, {0xFB}); break;
        case 2: stage.clock(when, {0xFA}); break;
        case 3: stage.clock(when, {0xF2, *rc::gen::inRange(0, 128), *rc::gen::inRange(0, 3)}); break;
        case 4: stage.tempo(*rc::gen::inRange(40, 240)); break;
        case 5: stage.play(when, {0xB0, 64, *rc::gen::inRange(0, 128)}); break;
        default:
          stage.note(when, Nanos{*rc::gen::inRange(1'000'000, 900'000'000)}, *rc::gen::inRange(40, 90),
                     *rc::gen::inRange(0, 128), *rc::gen::inRange(0, 3));
      }
    }
    stage.runOut();

    RC_ASSERT(stage.out.sounding() == 0);
    RC_ASSERT(stage.out.pedalsDown() == 0);
    RC_ASSERT(std::ranges::is_sorted(stage.out.all, {}, &Sent::when));
    const auto answers = windows(stage.diary);
    for (const Sent& sent : stage.out.all) {
      const bool begins =
          sent.message.isNoteOn() || (sent.message.isController(midi::kSustain) && sent.message.data2() > 0);
      const bool inside = std::ranges::any_of(answers, [&](const Window& window) {
        return sent.when >= window.begin && (begins ? sent.when < window.end : sent.when <= window.end);
      });
      RC_ASSERT(inside);
    }
    // Every release closes something: at no moment are there more of them than strikes.
    std::map<int, int> open;
    for (const Sent& sent : stage.out.all) {
      const int key = sent.message.channel() * 128 + sent.message.data1();
      if (sent.message.isNoteOn()) RC_ASSERT(++open[key] == 1);
      if (sent.message.isNoteOff()) RC_ASSERT(--open[key] == 0);
    }
    // A pedal that is down is not put down again, and one that is up is lifted by nothing but an answer's end.
    std::map<int, bool> down;
    for (auto sent = stage.out.all.begin(); sent != stage.out.all.end(); ++sent) {
      if (!sent->message.isController(midi::kSustain)) continue;
      const bool goesDown = sent->message.data2() > 0;
      const bool atTheEnd =
          std::next(sent) != stage.out.all.end() && std::next(sent)->message.isController(midi::kAllNotesOff);
      RC_ASSERT((down[sent->message.channel()] != goesDown || (!goesDown && atTheEnd)));
      down[sent->message.channel()] = goesDown;
    }
    for (const TurnReport& turn : stage.diary.turns()) {
      RC_ASSERT(turn.barsPlayed >= 1);
      RC_ASSERT(turn.barsPlayed <= turn.bars);
      RC_ASSERT(turn.lateBars <= turn.barsPlayed);
    }
  });
  REQUIRE(held);
}

TEST_CASE("PROP-2 On an undisturbed clock every answer fills its window to the pulse") {
  const bool held = rc::check([] {
    Settings settings = anySettings();
    settings.late = Late::echo;
    settings.overlap = Overlap::ignore;
    settings.anchor = Anchor::transport;
    Stage stage{settings, static_cast<double>(*rc::gen::inRange(40, 240))};
    stage.thinker.leadDelay = *rc::gen::element(0ms, 5ms, 700ms);
    stage.startAndRun(16);
    const int notes = *rc::gen::inRange(1, 40);
    for (int i = 0; i < notes; ++i) {
      stage.note(*rc::gen::inRange(0, 16000) / 1000.0, Tick{*rc::gen::inRange(1, 3000)}, *rc::gen::inRange(40, 90));
    }
    stage.runTo(stage.atBar(16));
    const auto reports = stage.diary.turns();
    for (const TurnReport& turn : reports) {
      RC_ASSERT(turn.begin.count % settings.meter.bar().count == 0);
      RC_ASSERT(turn.barsPlayed == turn.bars);
      RC_ASSERT(turn.end == TurnEnd::complete);
    }
    for (const PhaseChanged& change : stage.diary.every<PhaseChanged>()) {
      RC_ASSERT(change.at.count % settings.meter.bar().count == 0);
    }
  });
  REQUIRE(held);
}
