#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "synth/desk.hpp"
#include "synth/rack.hpp"

using namespace antiphon;
using namespace antiphon::synth;

namespace {

std::vector<float> listen(Desk& desk, int frames) {
  std::vector<float> left(static_cast<std::size_t>(frames)), right(left.size());
  desk.machine().render(left.data(), right.data(), frames, {});
  return left;
}

float loudest(const std::vector<float>& sound) {
  float most = 0;
  for (const float x : sound) most = std::max(most, std::abs(x));
  return most;
}

/// Says how many of it there are.
struct Counted final : Module {
  inline static int alive = 0;
  Counted() { ++alive; }
  ~Counted() override { --alive; }
  void play(const Block&) override {}
  void calm() override {}
};

}  // namespace

SCENARIO("a tone is patched to the loudspeaker, and is heard") {
  GIVEN("a patch with nothing but out") {
    Desk desk{SampleRate{48000}};
    THEN("silence is silence") { CHECK(loudest(listen(desk, 4800)) == 0.0f); }
    WHEN("a sine is patched to it") {
      desk.add("v", *moduleCalled("sine"));
      desk.connect("v", "out");
      THEN("it sounds") { CHECK(loudest(listen(desk, 4800)) > 0.9f); }
    }
  }
}

SCENARIO("a key is struck in the middle of a block") {
  GIVEN("keys, a sine and an envelope") {
    Desk desk{SampleRate{48000}};
    desk.add("k", *moduleCalled("keys"));
    desk.add("v", *moduleCalled("sine"));
    desk.add("e", *moduleCalled("adsr"));
    desk.add("a", *moduleCalled("vca"));
    desk.connect("k.pitch", "v.pitch");
    desk.connect("k.gate", "e.gate");
    desk.connect("v", "a");
    desk.connect("e", "a.gain");
    desk.connect("a", "out");
    WHEN("the key goes down at frame 1000") {
      desk.machine().play(desk.played("k"), {Gesture::Kind::keyDown, 69, 1}, Frame{1000});
      const auto sound = listen(desk, 4800);
      THEN("the frames before are silent and those after are not") {
        CHECK(loudest({sound.begin(), sound.begin() + 1000}) == 0.0f);
        CHECK(loudest({sound.begin() + 1000, sound.begin() + 1010}) > 0.0f);
      }
    }
  }
}

namespace {

/// Says what is no number from its hundredth frame on.
class Broken final : public Module {
 public:
  void play(const Block& block) override {
    for (int f = 0; f < block.frames; ++f, ++at_)
      std::fill_n(block.out[0].at(0, f), kLanes, at_ < 100 ? 0.25f : std::nanf(""));
  }
  void calm() override { at_ = 0; }

 private:
  int at_ = 0;
};

const ModuleType kBroken{
    .name = "broken",
    .family = "tests",
    .purpose = "Breaks.",
    .inlets = {signalInlet("in", "nothing")},
    .outlets = {{"out", "a quarter, then what is no number"}},
    .make = [](const Place&) -> std::unique_ptr<Module> { return std::make_unique<Broken>(); },
};

float steepest(const std::vector<float>& sound) {
  float most = 0;
  for (std::size_t i = 1; i < sound.size(); ++i) most = std::max(most, std::abs(sound[i] - sound[i - 1]));
  return most;
}

}  // namespace

SCENARIO("a module says what is no number: it is muted and named, the rest plays on") {
  Desk desk{SampleRate{48000}};
  desk.add("bad", kBroken);
  desk.add("v", *moduleCalled("sine"));
  desk.connect("bad", "out");
  desk.connect("v", "out", 0.5);
  const auto sound = listen(desk, 48000);
  for (const float x : sound) REQUIRE(std::isfinite(x));
  CHECK(desk.faulty() == "bad");
  CHECK(loudest({sound.begin() + 24000, sound.end()}) == Approx(0.5f).margin(0.01));
}

SCENARIO("a patch is edited a thousand times in a minute while it sounds") {
  Desk desk{SampleRate{48000}};
  desk.add("v", *moduleCalled("sine"));
  desk.set("v.freq", 200);
  desk.connect("v", "out", 0.3);
  listen(desk, 4800);
  // The steepest that two such tones can be by themselves, and what fading them in 5 ms adds.
  const float own = 2 * 0.3f * (6.2832f * 400 / 48000 + 1.0f / 240);
  std::vector<float> all;
  for (int i = 0; i < 1000; ++i) {
    switch (i % 5) {
      case 0: desk.add("w", *moduleCalled("sine")); break;
      case 1: desk.connect("w", "out", 0.3); break;
      case 2: desk.set("w.freq", 100 + i % 300); break;
      case 3: desk.disconnect("w", "out"); break;
      case 4: desk.remove("w"); break;
    }
    const auto some = listen(desk, 2880);  // 60 ms
    all.insert(all.end(), some.begin(), some.end());
  }
  INFO("steepest " << steepest(all) << ", of its own " << own);
  CHECK(steepest(all) < own);
  CHECK(loudest(all) < 0.97f);
}

SCENARIO("a cable closes a loop: it brings what was 32 frames ago, whatever the size of the blocks") {
  const auto played = [](int blocks, bool looped = true) {
    Desk desk{SampleRate{48000}};
    desk.add("a", *moduleCalled("vca"));
    desk.add("v", *moduleCalled("sine"));
    desk.set("a.gain", 0.5);
    desk.connect("v", "a");
    if (looped) desk.connect("a", "a", 0.5);
    desk.connect("a", "out");
    CHECK(desk.closesLoop("a", "a") == looped);
    std::vector<float> all;
    while (all.size() < 4800) {
      const auto some = listen(desk, blocks);
      all.insert(all.end(), some.begin(), some.end());
    }
    all.resize(4800);
    return all;
  };
  CHECK(played(32) == played(17));
  CHECK(played(32) == played(480));
  const auto wet = played(480), dry = played(480, false);
  double worst = 0;
  for (std::size_t i = 2400; i < wet.size(); ++i)
    worst = std::max(worst, static_cast<double>(std::abs(wet[i] - dry[i] - 0.25f * wet[i - 32])));
  CHECK(worst < 1e-4);
}

SCENARIO("two effects change places while they sound") {
  // What leaves and what comes form a loop for some milliseconds: what stays must not step when it has gone.
  const auto [first, second] = GENERATE(std::pair{"a", "b"}, std::pair{"b", "a"});
  Desk desk{SampleRate{48000}};
  for (const char* name : {"a", "b"}) {
    desk.add(name, *moduleCalled("vca"));
    desk.set(std::string{name} + ".gain", 1);
  }
  desk.add("v", *moduleCalled("sine"));
  desk.set("v.freq", 200);
  desk.connect("v", first);
  desk.connect(first, second);
  desk.connect(second, "out", 0.3);
  std::vector<float> after = {listen(desk, 4800).back()};
  Patch patch = desk.patch();
  patch.disconnect("v", first);
  patch.disconnect(first, second);
  patch.disconnect(second, "out");
  patch.connect("v", second);
  patch.connect(second, first);
  patch.connect(first, "out", 0.3);
  desk.load(patch);
  for (int i = 0; i < 40; ++i) {
    desk.tend();
    const auto some = listen(desk, 64);
    after.insert(after.end(), some.begin(), some.end());
  }
  const float own = 0.3f * 6.2832f * 200 / 48000;
  INFO(first << " before " << second << ": steepest " << steepest(after) << ", of its own " << own);
  CHECK(steepest(after) < 1.2f * own);
  CHECK(loudest(after) > 0.29f);
}

SCENARIO("effects change places again and again, also before the last change has faded") {
  Desk desk{SampleRate{48000}};
  std::vector<std::string> chain{"a", "b", "c", "d"};
  for (const std::string& name : chain) {
    desk.add(name, *moduleCalled("vca"));
    desk.set(name + ".gain", 1);
  }
  desk.add("v", *moduleCalled("sine"));
  desk.set("v.freq", 200);
  const auto line = [&](Patch& patch, auto&& join) {
    join(patch, std::string{"v"}, chain.front());
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) join(patch, chain[i], chain[i + 1]);
    join(patch, chain.back(), std::string{"out"});
  };
  const auto connect = [](Patch& patch, const std::string& from, const std::string& to) {
    patch.connect(from, to, to == "out" ? 0.3 : 1);
  };
  const auto disconnect = [](Patch& patch, const std::string& from, const std::string& to) {
    patch.disconnect(from, to);
  };
  Patch patch = desk.patch();
  line(patch, connect);
  desk.load(patch);
  listen(desk, 4800);
  std::mt19937 chance{7};
  std::vector<float> all;
  for (int change = 0; change < 300; ++change) {
    patch = desk.patch();
    line(patch, disconnect);
    std::ranges::shuffle(chain, chance);
    line(patch, connect);
    desk.load(patch);
    for (int i = 1 + static_cast<int>(chance() % 60); i > 0; --i) {
      desk.tend();
      const auto some = listen(desk, 32);
      all.insert(all.end(), some.begin(), some.end());
    }
  }
  // The tone's own; a fade of five milliseconds adds little to it.
  const float own = 0.3f * 6.2832f * 200 / 48000;
  INFO("steepest " << steepest(all) << ", of its own " << own);
  CHECK(steepest(all) < 1.6f * own);
  CHECK(loudest(all) < 0.97f);
}

SCENARIO("what has been taken out of a patch is freed, however many edits lie between two blocks") {
  GIVEN("two hundred edits, each of which takes a module out or brings one") {
    const ModuleType counted{
        .name = "counted",
        .family = "tests",
        .purpose = "Says how many of it there are.",
        .inlets = {},
        .outlets = {{"out", "silence"}},
        .make = [](const Place&) -> std::unique_ptr<Module> { return std::make_unique<Counted>(); }};
    Desk desk{SampleRate{48000}};
    listen(desk, 64);
    for (int n = 0; n < 100; ++n) {
      desk.add("c", counted);
      desk.remove("c");
    }
    WHEN("sound goes on") {
      for (int n = 0; n < 4; ++n) {
        listen(desk, 4800);
        desk.tend();
      }
      THEN("none of them is left") { CHECK(Counted::alive == 0); }
    }
  }
}
