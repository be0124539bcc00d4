// What is asked for ahead of its time, and more of it than there is room for.
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <thread>
#include <vector>

#include "scheduler/realtime_scope.hpp"
#include "synth/desk.hpp"
#include "synth/rack.hpp"
#include "tests/guard/realtime_guard.hpp"

namespace antiphon::synth {
namespace {

std::vector<float> hear(Machine& machine, int frames, int atOnce = 256) {
  std::vector<float> left(static_cast<std::size_t>(frames)), right(left.size());
  for (int done = 0; done < frames;) {
    const int count = std::min(atOnce, frames - done);
    const RealtimeScope scope;
    machine.render(left.data() + done, right.data() + done, count, {});
    done += count;
  }
  return left;
}

/// The first frame that is heard; -1: none.
int begins(const std::vector<float>& sound) {
  for (std::size_t f = 0; f < sound.size(); ++f) {
    if (sound[f] != 0) return static_cast<int>(f);
  }
  return -1;
}

void setAt(Desk& desk, Frame at, std::string_view port, double value, double seconds = 0) {
  const Desk::Appointment appointment{desk, at};
  desk.set(port, value, seconds);
}

SCENARIO("A knob begins to turn on the very frame it was asked for") {
  const int atOnce = GENERATE(7, 32, 64, 256, 1000);
  const int at = GENERATE(1, 31, 32, 33, 1000, 4097);
  CAPTURE(atOnce, at);
  Desk desk{SampleRate{48000}};
  setAt(desk, Frame{at}, "out.in", 0.5);
  CHECK(desk.patch().sink("out.in").value() == 0);
  const auto sound = hear(desk.machine(), 6000, atOnce);
  CHECK(begins(sound) == at);
  desk.tend();
  CHECK(desk.patch().sink("out.in").value() == 0.5);
  CHECK(desk.machine().turned() == 1);
}

SCENARIO("It does not matter how frames are asked for") {
  const auto play = [](int atOnce) {
    Desk desk{SampleRate{48000}};
    setAt(desk, Frame{3000}, "out.in", -0.3, 0.02);
    setAt(desk, Frame{1001}, "out.in", 0.5);
    setAt(desk, Frame{1001}, "out.level", 0.2);
    return hear(desk.machine(), 6000, atOnce);
  };
  const auto one = play(1), many = play(512);
  CHECK((one == many));
}

SCENARIO("Of two on one frame the later word holds") {
  Desk desk{SampleRate{48000}};
  setAt(desk, Frame{500}, "out.in", 0.5);
  setAt(desk, Frame{500}, "out.in", 0);
  hear(desk.machine(), 1000);
  desk.tend();
  CHECK(desk.patch().sink("out.in").value() == 0);
  CHECK(begins(hear(desk.machine(), 1000)) == -1);
}

SCENARIO("A module that is gone by then is not turned, nor one that took its place") {
  Desk desk{SampleRate{48000}};
  desk.add("a", *moduleCalled("sine"));
  const double usual = desk.patch().sink("a.freq").value();
  setAt(desk, Frame{2000}, "a.freq", 500);
  hear(desk.machine(), 100);
  desk.remove("a");
  hear(desk.machine(), 1000);
  desk.add("a", *moduleCalled("sine"));
  hear(desk.machine(), 2000);
  desk.tend();
  CHECK(desk.patch().sink("a.freq").value() == usual);
  CHECK(desk.machine().turned() == 0);
}

SCENARIO("An edit meanwhile takes nothing back") {
  Desk desk{SampleRate{48000}};
  hear(desk.machine(), 64);
  setAt(desk, Frame{200}, "out.in", 0.5);
  const Patch copy = desk.patch();
  hear(desk.machine(), 1000);
  desk.load(copy);  // as it was before the knob was turned
  hear(desk.machine(), 1000);
  desk.tend();
  CHECK(desk.patch().sink("out.in").value() == 0.5);
  CHECK(desk.machine().turned() == 1);
}

SCENARIO("What is wrong is said when it is asked for, and what is too much is refused") {
  Desk desk{SampleRate{48000}};
  CHECK_THROWS_AS(setAt(desk, Frame{500}, "out.level", 1e9), PatchError);
  for (std::size_t i = 0; i < Desk::kMostComing; ++i) setAt(desk, Frame{500 + static_cast<int>(i)}, "out.in", 0.1);
  CHECK_THROWS_AS(setAt(desk, Frame{5000}, "out.in", 0.1), PatchError);
  hear(desk.machine(), 1000);
  setAt(desk, Frame{5000}, "out.in", 0.1);  // there is room again
}

SCENARIO("More is asked for than the queue holds, and nobody else plays") {
  Desk desk{SampleRate{48000}};
  hear(desk.machine(), 64);
  for (int i = 0; i < 50'000; ++i) desk.set("out.in", i % 2 == 0 ? 0.25 : 0.5);
  desk.add("a", *moduleCalled("sine"));
  hear(desk.machine(), 64);
  CHECK(desk.machine().turned() == 50'000);
}

SCENARIO("More is asked for than the queue holds, and another thread plays") {
  Desk desk{SampleRate{48000}};
  hear(desk.machine(), 64);
  desk.machine().playedElsewhere(true);
  std::atomic<bool> leaving{false};
  std::thread plays{[&] {
    while (!leaving.load()) hear(desk.machine(), 64);
  }};
  for (int i = 0; i < 50'000; ++i) desk.set("out.in", i % 2 == 0 ? 0.25 : 0.5);
  leaving.store(true);
  plays.join();
  desk.machine().playedElsewhere(false);
  hear(desk.machine(), 64);
  CHECK(desk.machine().turned() == 50'000);
}

SCENARIO("Turning ahead of time takes no memory and no lock where the sound is made") {
  if (!guard::watching()) return;
  Desk desk{SampleRate{48000}};
  for (int i = 0; i < 1000; ++i) setAt(desk, Frame{100 + i % 333}, "out.in", 0.001 * i);
  const auto before = guard::offences().all();
  hear(desk.machine(), 2000);
  CHECK(guard::offences().all() == before);
}

}  // namespace
}  // namespace antiphon::synth
