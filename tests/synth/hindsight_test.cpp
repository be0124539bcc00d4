// What a desk remembers of what it played.
#include <catch2/catch.hpp>
#include <cmath>

#include "scheduler/realtime_scope.hpp"
#include "synth/desk.hpp"
#include "synth/hindsight.hpp"
#include "synth/rack.hpp"
#include "tests/guard/realtime_guard.hpp"

namespace antiphon::synth {
namespace {

std::vector<float> hear(Desk& desk, int frames) {
  std::vector<float> left(static_cast<std::size_t>(frames)), right(left.size());
  {
    const RealtimeScope scope;
    desk.machine().render(left.data(), right.data(), frames, {});
  }
  desk.tend();
  return left;
}

void makeTone(Desk& desk, const std::string& name, double hertz) {
  desk.add(name, *moduleCalled("sine"));
  desk.set(name + ".freq", hertz);
  desk.connect(name, "out", 0.1);
}

}  // namespace

SCENARIO("MIX-23 What was heard is remembered, each by itself and frame by frame") {
  Desk desk{SampleRate{8000}};
  desk.measure(true);
  desk.remember(4);
  makeTone(desk, "a", 300);
  makeTone(desk, "b", 500);
  const auto before = guard::offences().all();
  const std::vector<float> sound = hear(desk, 16000);
  if (guard::watching()) CHECK(guard::offences().all() == before);
  const auto recalled = desk.recall();
  REQUIRE(recalled.size() == 3);
  CHECK(recalled[0].name == "a");
  CHECK(recalled[2].name == "out");
  // All but the beginning, while the cables came in.
  REQUIRE(recalled[2].left.size() > 15000);
  const std::size_t count = recalled[2].left.size(), from = sound.size() - count;
  double off = 0, worst = 0;
  for (std::size_t i = 0; i < count; ++i) {
    worst = std::max<double>(worst, std::abs(recalled[2].left[i] - sound[from + i]));
    off = std::max<double>(off, std::abs(recalled[0].left[i] + recalled[1].left[i] - recalled[2].left[i]));
  }
  CHECK(worst < 0.01);  // the last protection, against direct current, is behind it
  CHECK(off < 1e-6);

  WHEN("it plays on, longer than it remembers") {
    for (int i = 0; i < 20; ++i) hear(desk, 4000);
    THEN("the last seconds are there, and no more") { CHECK(desk.recall()[0].left.size() == 3 * 8000); }
  }
  WHEN("the mixer is changed") {
    desk.connect("a", "out", 0.2);
    hear(desk, 4000);
    THEN("what was before is forgotten") {
      CHECK(desk.recall()[0].left.size() <= 4000);
      CHECK(desk.recall()[0].left.size() > 3500);
    }
  }
  WHEN("a knob of an instrument is turned") {
    desk.set("a.freq", 350);
    hear(desk, 4000);
    THEN("that is music, and all is remembered") { CHECK(desk.recall()[0].left.size() > 19000); }
  }
}

SCENARIO("MIX-24 Looking back beyond what was heard is silence") {
  Hindsight hindsight{100};
  const std::vector<float> sound(60, 0.5f);
  hindsight.hear(Frame{1000}, sound.data(), sound.data(), 1, 60);
  std::vector<float> left(100), right(100);
  hindsight.recall(Frame{980}, left, right);
  CHECK(left[19] == 0);
  CHECK(left[20] == 0.5f);
  CHECK(left[79] == 0.5f);
  CHECK(left[80] == 0);
  hindsight.hear(Frame{1060}, sound.data(), sound.data(), 1, 60);
  hindsight.recall(Frame{1000}, left, right);
  CHECK(left[19] == 0);  // overwritten meanwhile
  CHECK(left[20] == 0.5f);
  CHECK(left[99] == 0.5f);
}

}  // namespace antiphon::synth
