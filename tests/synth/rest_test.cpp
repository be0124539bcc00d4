#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "synth/desk.hpp"
#include "synth/recipe.hpp"
#include "synth/writing.hpp"
#include "tests/support/hearing.hpp"

namespace antiphon::synth {
namespace {

constexpr int kRate = 48000;
#if defined(ANTIPHON_SANITIZED)
constexpr std::size_t kEvery = 6;  // some of the instruments: each is a hundred times as slow
#else
constexpr std::size_t kEvery = 1;
#endif

struct Stage {
  Desk desk{SampleRate{kRate}};
  Sound heard{};
  int blockOf = 128;

  explicit Stage(const std::string& recipe) {
    edit([&](Patch& patch) { bring(patch, "one", recipe); });
  }
  template <typename Edit>
  void edit(Edit&& change) {
    Patch patch = desk.patch();
    change(patch);
    desk.load(patch);
  }
  static void bring(Patch& patch, const std::string& name, const std::string& recipe) {
    const PatchWord type{{}, recipe};
    create(patch, name, {&type, 1});
    chain(patch, name + " > out");
  }
  void play(Gesture::Kind kind, float key = 60) {
    desk.machine().strike(desk.played("one"), {kind, key, 0.8f}, desk.machine().now());
  }
  Sound listen(double seconds) {
    heard.clear();
    std::vector<float> left(static_cast<std::size_t>(blockOf)), right(left.size());
    for (auto frames = static_cast<int>(seconds * kRate); frames > 0; frames -= blockOf) {
      const int count = std::min(frames, blockOf);
      desk.machine().render(left.data(), right.data(), count, {});
      heard.insert(heard.end(), left.begin(), left.begin() + count);
    }
    return heard;
  }
  int resting() { return desk.machine().resting(); }
};
using Kind = Gesture::Kind;

SCENARIO("An instrument that nobody plays comes to rest, and is there again with the next key") {
  GIVEN("each of the factory's") {
    for (std::size_t i = 0; i < allRecipes().size(); i += kEvery) {
      const std::string name{allRecipes()[i].name};
      INFO(name);
      Stage stage{name};
      stage.listen(0.1);
      stage.play(Kind::keyDown);
      const double first = rms(stage.listen(1));
      stage.play(Kind::keyUp);
      CHECK(stage.resting() == 0);
      for (int second = 0; second < 40 && stage.resting() == 0; ++second) stage.listen(1);
      CHECK(stage.resting() == 1);
      CHECK(loudest(stage.listen(1)) < 1e-6);
      stage.play(Kind::keyDown);
      CHECK(std::abs(decibels(rms(stage.listen(1)) / first)) < 3.5);  // those that are many beat, now so and now so
      CHECK(stage.resting() == 0);
    }
  }
}

SCENARIO("Nobody rests whose sound is still to come") {
  GIVEN("a key that is held at no level") {
    Stage stage{"voice"};
    stage.desk.set("one.sustain", 0);
    stage.play(Kind::keyDown);
    THEN("its instrument waits for what is done with it") {
      stage.listen(12);
      CHECK(stage.resting() == 0);
      AND_WHEN("it is let go") {
        stage.play(Kind::keyUp);
        stage.listen(7);
        THEN("there is nothing to wait for") { CHECK(stage.resting() == 1); }
      }
    }
  }
  GIVEN("an instrument that something outside moves") {
    Stage stage{"voice"};
    stage.edit([](Patch& patch) { chain(patch, "lfo > one.level", 0.1); });
    THEN("it does not rest") {
      stage.listen(12);
      CHECK(stage.resting() == 0);
    }
  }
  GIVEN("one of which something outside hears an inner part") {
    Stage stage{"voice"};
    stage.edit([](Patch& patch) {
      create(patch, "meter", {});
      patch.connect("one-keys.pitch", "meter");
    });
    THEN("it does not rest") {
      stage.listen(12);
      CHECK(stage.resting() == 0);
    }
  }
}

SCENARIO("What happens to one that rests is there when it wakes") {
  Stage stage{"voice"};
  stage.listen(7);
  REQUIRE(stage.resting() == 1);
  WHEN("it is turned down") {
    stage.desk.set("one.level", 0, 2);
    stage.play(Kind::keyDown);
    THEN("its next note is silent from its first frame") { CHECK(loudest(stage.listen(0.5)) < 1e-6); }
  }
  WHEN("the patch is edited elsewhere") {
    stage.edit([](Patch& patch) { Stage::bring(patch, "two", "bell"); });
    stage.listen(0.1);
    THEN("all are awake, and those who are silent rest again") {
      CHECK(stage.resting() == 0);
      stage.listen(7);
      CHECK(stage.resting() == 2);
    }
  }
}

TEST_CASE("who rests, and from when on, does not depend on how frames are asked for", "[rest]") {
  const auto played = [](int blockOf) {
    Stage stage{"pad"};
    stage.blockOf = blockOf;
    Sound all;
    for (int note = 0; note < 2; ++note) {
      const Frame now = stage.desk.machine().now();
      stage.desk.machine().strike(stage.desk.played("one"), {Kind::keyDown, 60, 0.8f}, now + 1000);
      stage.desk.machine().strike(stage.desk.played("one"), {Kind::keyUp, 60, 0}, now + 9000);
      const Sound some = stage.listen(16);
      all.insert(all.end(), some.begin(), some.end());
      CHECK(stage.resting() == 1);
    }
    return all;
  };
  const Sound whole = played(128);
  const auto differsAt = [&](const Sound& other) {
    const auto at = std::ranges::mismatch(whole, other).in1;
    return at == whole.end() ? -1 : at - whole.begin();
  };
  CHECK(differsAt(played(100)) == -1);
  CHECK(differsAt(played(45)) == -1);
}

}  // namespace
}  // namespace antiphon::synth
