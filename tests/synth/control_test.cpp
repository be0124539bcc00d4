#include <catch2/catch.hpp>
#include <set>

#include "tests/support/measured.hpp"

using namespace antiphon::synth;

SCENARIO("a number changes only so fast") {
  GIVEN("a rise of 0.1 s and a fall of 0.5 s for one") {
    Alone slew{"slew"};
    slew.set("rise", 0.1).set("fall", 0.5);
    slew.feed("in", [](int f, int) { return f < 9600 ? 1.0f : 0.0f; });
    const auto at = slew.one(48000);
    THEN("it takes so long, and ends where it shall") {
      CHECK(at[2399] == Approx(0.5).margin(1e-3));
      CHECK(at[4810] == 1.0f);
      CHECK(at[9600 + 12000] == Approx(0.5).margin(1e-3));
      CHECK(at[47999] == 0.0f);
    }
  }
  GIVEN("no time at all") {
    Alone slew{"slew"};
    slew.set("rise", 0).set("fall", 0).feed("in", [](int f, int) { return f % 2 == 0 ? 5.0f : -5.0f; });
    const auto at = slew.one(10);
    THEN("it is there at once") {
      CHECK(at[0] == 5.0f);
      CHECK(at[1] == -5.0f);
    }
  }
}

SCENARIO("an envelope is struck") {
  GIVEN("an attack of 10 ms, a decay of 100 ms, and a key held for long") {
    Alone ad{"ad"};
    ad.set("attack", 0.01).set("decay", 0.1).feed("gate", [](int f, int) { return f >= 100 ? 1.0f : 0.0f; });
    const auto level = ad.one(24000);
    THEN("it rises, falls, and is silent though the key is held") {
      CHECK(level[99] == 0.0f);
      CHECK(std::max_element(level.begin(), level.end()) - level.begin() == Approx(100 + 480).margin(2));
      CHECK(*std::max_element(level.begin(), level.end()) == 1.0f);
      CHECK(level[100 + 480 + 4700] > 0.0f);
      CHECK(level[100 + 480 + 4820] == 0.0f);
    }
  }
  GIVEN("the loop switched on") {
    Alone ad{"ad"};
    ad.set("attack", 0.01).set("decay", 0.09).set("loop", 1);
    ad.feed("gate", [](int f, int) { return f < 45600 ? 1.0f : 0.0f; });
    const auto level = ad.one(72000);
    THEN("it comes again every 100 ms while the key is held, and then no more") {
      const auto tops = std::count(level.begin(), level.end(), 1.0f);
      CHECK(tops == 10);
      CHECK(level.back() == 0.0f);
    }
  }
}

SCENARIO("a number is kept") {
  GIVEN("a gate that rises every 100 frames") {
    Alone keep{"sample_hold"};
    keep.feed("in", [](int f, int) { return static_cast<float>(f); });
    keep.feed("gate", [](int f, int) { return f % 100 >= 50 ? 1.0f : 0.0f; });
    THEN("the number of that moment stays") {
      const auto kept = keep.one(500);
      for (std::size_t f = 0; f < 500; ++f)
        REQUIRE(kept[f] == (f < 50 ? 0.0f : static_cast<float>((f - 50) / 100 * 100 + 50)));
    }
    THEN("or it is followed while the gate is up") {
      const auto kept = keep.set("while_held", 1).one(500);
      CHECK(kept[180] == 180.0f);
      CHECK(kept[220] == 199.0f);
    }
  }
}

namespace {

std::vector<float> scaled(int scale, int root) {
  Alone quantise{"quantise"};
  quantise.set("scale", scale).set("root", root);
  quantise.feed("pitch", [](int f, int) { return static_cast<float>(f) / 10 - 24.04f; });
  return quantise.one(480);
}

}  // namespace

SCENARIO("a pitch is brought to the nearest note of a scale") {
  GIVEN("C major") {
    const auto notes = scaled(1, 0);
    THEN("it is always a white key, and never further than the next black one's half") {
      for (std::size_t f = 0; f < notes.size(); ++f) {
        const int key = static_cast<int>(std::lround(notes[f])) + 69;
        REQUIRE(std::set{0, 2, 4, 5, 7, 9, 11}.contains(key % 12));
        REQUIRE(notes[f] == std::round(notes[f]));
        REQUIRE(std::abs(notes[f] - (static_cast<float>(f) / 10 - 24.04f)) <= 1.0001f);
      }
    }
  }
  GIVEN("every scale on every root") {
    THEN("it has as many notes in four octaves as it should, and its root") {
      const int sizes[] = {12, 7, 7, 7, 7, 7, 7, 7, 5, 5, 6, 6, 3, 2};
      for (int scale = 0; scale < 14; ++scale) {
        for (int root = 0; root < 12; ++root) {
          CAPTURE(scale, root);
          std::set<int> classes;
          for (const float note : scaled(scale, root))
            classes.insert(((static_cast<int>(std::lround(note)) + 69 - root) % 12 + 12) % 12);
          REQUIRE(classes.size() == static_cast<std::size_t>(sizes[scale]));
          REQUIRE(classes.contains(0));
          if (scale != 0 && scale != 10 && scale != 11) REQUIRE(classes.contains(7));
        }
      }
    }
  }
}

SCENARIO("a swing") {
  enum { kSine, kTriangle, kSawUp, kSawDown, kSquare, kSteps, kRandom };
  GIVEN("2 Hz, of every shape") {
    const auto swing = [](int shape, std::string_view outlet = "out") {
      Alone lfo{"lfo"};
      return lfo.set("rate", 2).set("shape", shape).one(48000, outlet);
    };
    THEN("the sine is a sine, two in a second, and its other side goes from 0 to 1") {
      const auto sine = swing(kSine), half = swing(kSine, "unipolar");
      for (int f = 0; f < 48000; f += 100) {
        REQUIRE(sine[static_cast<std::size_t>(f)] == Approx(sineAt(2, f)).margin(1e-4));
        REQUIRE(half[static_cast<std::size_t>(f)] == Approx(0.5f + 0.5f * sineAt(2, f)).margin(1e-4));
      }
    }
    THEN("the others go as they are called") {
      const auto triangle = swing(kTriangle), up = swing(kSawUp), down = swing(kSawDown), square = swing(kSquare);
      CHECK(triangle[0] == Approx(0).margin(1e-3));
      CHECK(triangle[6000] == Approx(1).margin(1e-3));
      CHECK(triangle[18000] == Approx(-1).margin(1e-3));
      CHECK(up[0] == Approx(-1).margin(1e-3));
      CHECK(up[18000] == Approx(0.5).margin(1e-3));
      CHECK(down[18000] == Approx(-0.5).margin(1e-3));
      CHECK(square[6000] == 1.0f);
      CHECK(square[18000] == -1.0f);
    }
    THEN("sample and hold stands still for a swing each, and chance is smooth") {
      const auto steps = swing(kSteps), random = swing(kRandom);
      CHECK(steps[100] == steps[23900]);
      CHECK(steps[24100] == steps[47900]);
      CHECK(steps[100] != steps[24100]);
      CHECK(random[0] == Approx(steps[0]).margin(1e-3));
      for (std::size_t f = 1; f < random.size(); ++f) REQUIRE(std::abs(random[f] - random[f - 1]) < 2e-4f);
    }
  }
  GIVEN("a long time of chance") {
    Alone lfo{"lfo", {}, 1, 7}, again{"lfo", {}, 1, 7}, other{"lfo", {}, 1, 8};
    for (Alone* each : {&lfo, &again, &other}) each->set("rate", 200).set("shape", kSteps);
    const auto sound = lfo.one(480000);
    THEN("it is even, goes from end to end, and comes again only from the same seed") {
      double sum = 0;
      for (const float x : sound) sum += static_cast<double>(x);
      CHECK(std::abs(sum / 480000) < 0.06);
      CHECK(*std::min_element(sound.begin(), sound.end()) < -0.95f);
      CHECK(*std::max_element(sound.begin(), sound.end()) > 0.95f);
      CHECK(again.one(480000) == sound);
      CHECK(other.one(480000) != sound);
    }
  }
  GIVEN("a reset in the middle of a swing") {
    Alone lfo{"lfo"};
    lfo.set("rate", 1).set("shape", kSawUp).feed("reset", [](int f, int) { return f >= 20000 ? 1.0f : 0.0f; });
    const auto saw = lfo.one(30000);
    THEN("it begins anew there") {
      CHECK(saw[19999] == Approx(2 * 19999 / 48000.0 - 1).margin(1e-4));
      CHECK(saw[20000] == -1.0f);
      CHECK(saw[29999] == Approx(2 * 9999 / 48000.0 - 1).margin(1e-4));
    }
  }
  GIVEN("a quarter turn ahead") {
    Alone lfo{"lfo"};
    THEN("the sine is a cosine") { CHECK(lfo.set("phase", 0.25).one(1)[0] == Approx(1).margin(1e-6)); }
  }
  THEN("blocks of any length make the same swing") {
    CHECK(sameInAnyBlocks([] {
      Alone lfo{"lfo", {}, 2};
      lfo.set("shape", kRandom).feed("rate", [](int f, int lane) { return 100 + 50 * sineAt(10 + lane, f); });
      lfo.feed("reset", [](int f, int lane) { return (f + lane) % 500 < 100 ? 1.0f : 0.0f; });
      return lfo;
    }));
  }
}

SCENARIO("a swing in step with the music") {
  GIVEN("a saw of three beats at 90 a minute, the music at beat 1000.5 since it began") {
    Alone lfo{"lfo"};
    lfo.set("beats", 3).set("shape", 2);
    const auto play = [&](double beat, int frames, bool running) {
      std::vector<float> all;
      for (int done = 0; done < frames; done += kBlock) {
        lfo.time() = {90, running ? beat + done / kRate * 90 / 60 : beat, running};
        const auto some = lfo.one(kBlock);
        all.insert(all.end(), some.begin(), some.end());
      }
      return all;
    };
    const auto there = [](double beat) { return 2 * (beat / 3 - std::floor(beat / 3)) - 1; };
    THEN("it is where the beat is, at every frame") {
      const auto saw = play(1000.5, 9600, true);
      for (std::size_t f = 0; f < saw.size(); f += 7) {
        const double beat = 1000.5 + static_cast<double>(f) / kRate * 1.5;
        REQUIRE(static_cast<double>(saw[f]) == Approx(there(beat)).margin(1e-4));
      }
    }
    THEN("it jumps where the music jumps, and when the music stops it goes on at that tempo") {
      play(1000.5, 960, true);
      CHECK(static_cast<double>(play(4, kBlock, true)[0]) == Approx(there(4)).margin(1e-4));
      const double left = 4 + kBlock / kRate * 1.5;
      const auto after = play(left, 4800, false);
      CHECK(static_cast<double>(after[0]) == Approx(there(left)).margin(1e-4));
      CHECK(static_cast<double>(after[4799]) == Approx(there(left + 4799 / kRate * 1.5)).margin(1e-3));
    }
  }
}
