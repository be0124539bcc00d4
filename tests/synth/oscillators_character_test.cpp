// What is particular to each oscillator.
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/alone.hpp"
#include "tests/support/spectrum.hpp"

using namespace antiphon::synth;

namespace {

constexpr int kFrames = 65536 + 64;

float sineAt(double hertz, int frame) {
  return static_cast<float>(std::sin(2 * std::numbers::pi * std::fmod(hertz * frame / 48000, 1.0)));
}

double decibels(double ratio) { return 20 * std::log10(ratio); }

using Bends = std::vector<std::pair<int, int>>;  // who bends whom

/// Reads "(6>5)+4+3>2>1" from here on; those that come out of it.
std::vector<int> readBends(std::string_view& text, Bends& bends) {
  std::vector<int> bending;
  for (bool more = true; more;) {
    std::vector<int> side;
    for (bool beside = true; beside;) {
      const bool nested = text.front() == '(';
      if (!nested) side.push_back(text.front() - '0');
      text.remove_prefix(1);
      if (nested) {
        for (const int one : readBends(text, bends)) side.push_back(one);
        text.remove_prefix(1);
      }
      beside = text.starts_with('+');
      if (beside) text.remove_prefix(1);
    }
    for (const int from : bending) bends.emplace_back(from, side.front());
    bending = side;
    more = text.starts_with('>');
    if (more) text.remove_prefix(1);
  }
  return bending;
}
/// As the module's own words have it.
Bends bendsOf(const Inlet& algorithms, std::size_t which) {
  const std::string_view purpose = algorithms.purpose;
  const std::string name = std::string{algorithms.choices[which]} + " ";
  std::string_view text = purpose.substr(purpose.find(name) + name.size());
  text = text.substr(0, text.find(','));
  Bends bends;
  while (!text.empty()) {
    readBends(text, bends);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return bends;
}

}  // namespace

SCENARIO("an oscillator in hard sync has its master's pitch, and its own colour") {
  constexpr double masters[] = {27.5, 110, 220.5, 440, 601.3, 880, 1245, 2093};
  for (const std::string_view module : {"saw", "square"}) {
    GIVEN(std::string{module} + ", 2.7 times as high as the sines it is synchronised to") {
      Alone slave{module};
      slave.feed("freq", [&](int, int lane) { return static_cast<float>(2.7 * masters[lane]); });
      slave.feed("sync", [&](int frame, int lane) { return sineAt(masters[lane], frame); });
      const auto sounds = slave.play(96000);
      THEN("it is in tune with them, and what is no harmonic of theirs is 80 dB below") {
        for (std::size_t lane = 0; lane < 8; ++lane) {
          const double cents = centsOff(sounds[lane], masters[lane]), pure = purity(sounds[lane], masters[lane]);
          CAPTURE(masters[lane], cents, pure);
          CHECK(std::abs(cents) < 0.05);
          CHECK(pure > 80);
        }
      }
    }
  }
  for (const std::string_view master : {"sine", "saw", "square"}) {
    GIVEN("a saw that is synchronised to the cycle of a " + std::string{master}) {
      Alone leads{master}, slave{"saw"};
      leads.feed("freq", [&](int, int lane) { return static_cast<float>(masters[lane]); });
      const auto lead = leads.play(kFrames, "cycle");
      slave.feed("freq", [&](int, int lane) { return static_cast<float>(2.7 * masters[lane]); });
      slave.feed("sync", [&](int frame, int lane) {
        return lead[static_cast<std::size_t>(lane)][static_cast<std::size_t>(frame)];
      });
      const auto sounds = slave.play(kFrames);
      THEN("that is as exact as can be") {
        for (std::size_t lane = 0; lane < 8; ++lane) {
          const double pure = purity(sounds[lane], masters[lane]);
          CAPTURE(masters[lane], pure);
          CHECK(pure > 88);
        }
      }
    }
  }
  GIVEN("a saw whose master has its own pitch") {
    Alone alone{"saw"}, slave{"saw"};
    slave.feed("sync", [](int frame, int) { return sineAt(440, frame); });
    const auto free = alone.one(5000), bound = slave.one(5000);
    THEN("nothing is changed") {
      for (std::size_t i = 0; i < free.size(); ++i) REQUIRE(std::abs(free[i] - bound[i]) < 1e-3f);
    }
  }
  GIVEN("a saw with a jump to find, between two frames") {
    // The master rises through zero a quarter of a frame before frame 100.
    Alone late{"saw"}, early{"saw"};
    const auto master = [](double zero) { return [zero](int frame, int) { return static_cast<float>(frame - zero); }; };
    late.set("freq", 100).feed("sync", master(99.75));
    early.set("freq", 100).feed("sync", master(99.25));
    const auto there = late.one(400), before = early.one(400);
    THEN("after it, the two are half a frame apart") {
      const float slope = 2 * 100 / 48000.0f;
      CHECK(before[300] - there[300] == Approx(0.5f * slope).epsilon(0.01));
    }
  }
}

SCENARIO("corners are found wherever they are") {
  GIVEN("tones that run backwards") {
    THEN("they are as pure, and a saw falls") {
      for (const std::string_view module : {"saw", "square", "triangle"}) {
        Alone alone{module};
        const double pure = purity(alone.set("freq", -1245).one(kFrames), 1245);
        CAPTURE(module, pure);
        CHECK(pure > 100);
      }
      Alone saw{"saw"};
      const auto sound = saw.set("freq", -10).one(1000);
      CHECK(sound[600] < sound[500]);
    }
  }
  // What folds back of these falls halfway between what does not.
  constexpr double swing = 48000 / 2377.45, tone = 30 * swing;
  const auto swinging = [](int frame, int) { return 0.5f + 0.45f * sineAt(swing, frame); };
  GIVEN("a square whose width swings twenty times a second, nearly from end to end") {
    Alone square{"square"};
    const double pure = purity(square.set("freq", tone).feed("width", swinging).one(kFrames), swing, 48000, 30);
    THEN("its edges move without folding back") {
      CAPTURE(pure);
      CHECK(pure > 90);
    }
  }
  GIVEN("a square in sync whose width swings, and which runs backwards") {
    Alone lead{"sine"}, square{"square"};
    const auto cycle = lead.set("freq", tone).play(kFrames, "cycle")[0];
    square.set("freq", -1700).feed("width", swinging).feed("sync", [&](int frame, int) {
      return cycle[static_cast<std::size_t>(frame)];
    });
    const double pure = purity(square.one(kFrames), swing, 48000, 30);
    THEN("that is pure as well") {
      CAPTURE(pure);
      CHECK(pure > 85);
    }
  }
}

SCENARIO("a supersaw is saws around one pitch") {
  GIVEN("three of them, a semitone apart") {
    Alone alone{"supersaw"};
    alone.set("voices", 3).set("detune", 1).set("mix", 1);
    const auto sound = alone.one(48064);
    THEN("there is one in the middle, and one to each side as loud") {
      const double middle = std::abs(sineIn(sound, 440));
      CHECK(middle == Approx(2 / std::numbers::pi / std::sqrt(3.0)).epsilon(0.01));
      CHECK(std::abs(sineIn(sound, 440 * std::exp2(1.0 / 12))) == Approx(middle).epsilon(0.01));
      CHECK(std::abs(sineIn(sound, 440 * std::exp2(-1.0 / 12))) == Approx(middle).epsilon(0.01));
    }
  }
  GIVEN("any number of them") {
    THEN("together they are as loud as one") {
      for (const double voices : {1.0, 2.5, 7.0, 9.0}) {
        Alone alone{"supersaw"};
        const double level = rootMeanSquare(alone.set("voices", voices).set("detune", 1).one(96000));
        CAPTURE(voices, level);
        CHECK(std::abs(decibels(level * std::sqrt(3.0))) < 0.5);
      }
    }
  }
  GIVEN("two seeds") {
    Alone one{"supersaw", {}, 1, 1}, same{"supersaw", {}, 1, 1}, other{"supersaw", {}, 1, 2};
    THEN("each begins in its own way, and always in the same") {
      const auto sound = one.play(500);
      CHECK(same.play(500) == sound);
      CHECK(other.play(500) != sound);
      CHECK(sound[0] != sound[1]);
    }
  }
  GIVEN("all nine, at once") {
    Alone alone{"supersaw"};
    alone.set("freq", 1245).set("voices", 9).set("detune", 0);
    THEN("they fold back no more than one") { CHECK(purity(alone.one(kFrames), 1245) > 90); }
  }
}

SCENARIO("a wavetable moves between waves") {
  GIVEN("each of its waves") {
    THEN("all are equally loud") {
      for (int wave = 0; wave <= 7; ++wave) {
        Alone alone{"wavetable"};
        const double level = rootMeanSquare(alone.set("freq", 55).set("position", wave).one(48000));
        CAPTURE(wave, level);
        CHECK(level == Approx(0.5).epsilon(0.01));
      }
    }
  }
  GIVEN("its saw") {
    Alone alone{"wavetable"};
    const auto sound = alone.set("position", 3).set("freq", 100).one(48000);
    THEN("every harmonic up to 20 kHz is as strong as a saw's") {
      const double first = std::abs(sineIn(sound, 100));
      for (const int k : {2, 3, 10, 57, 199}) {
        CAPTURE(k);
        CHECK(std::abs(decibels(std::abs(sineIn(sound, 100 * k)) * k / first)) < 0.02);
      }
    }
  }
  GIVEN("a tone halfway between two waves") {
    Alone alone{"wavetable"};
    const auto sound = alone.set("position", 2.5).set("freq", 200).one(48000);
    THEN("it has half of each: even harmonics from the saw alone") {
      const double saw = 0.5 / std::sqrt(std::numbers::pi * std::numbers::pi / 12);  // its first harmonic
      CHECK(std::abs(sineIn(sound, 400)) == Approx(saw / 2 / 2).epsilon(0.01));
    }
  }
  GIVEN("a pitch that trembles about where the number of harmonics changes") {
    Alone alone{"wavetable"};
    const double hertz = 28000 * std::exp2(-13.0 / 3);
    alone.set("position", 3).set("freq", hertz).feed("pitch", [](int frame, int) {
      return sineAt(1, frame) * 0.0001f;
    });
    const double pure = purity(alone.one(kFrames), hertz);
    THEN("they come and go unheard") {
      CAPTURE(pure);
      CHECK(pure > 90);
    }
  }
}

SCENARIO("fm bends phases by as much as is said") {
  GIVEN("one sine that bends another by a quarter of a turn") {
    Alone alone{"fm"};
    alone.set("freq", 2000).set("level2", 0.25).set("ratio2", 0.1);
    const auto sound = alone.one(48000);
    THEN("the side tones are as strong as theory says") {
      for (int k = 0; k <= 5; ++k) {
        CAPTURE(k);
        const double theory = std::abs(std::cyl_bessel_j(k, std::numbers::pi / 2));
        CHECK(std::abs(sineIn(sound, 2000 + 200 * k)) == Approx(theory).margin(1e-4));
        CHECK(std::abs(sineIn(sound, 2000 - 200 * k)) == Approx(theory).margin(1e-4));
      }
    }
  }
  const Inlet& algorithms = moduleCalled("fm")->inlets[2];
  for (std::size_t algorithm = 0; algorithm < algorithms.choices.size(); ++algorithm) {
    GIVEN("the algorithm " + std::string{algorithms.choices[algorithm]} + ", with six ratios") {
      const Bends bends = bendsOf(algorithms, algorithm);
      const auto carrier = [&](int one) {
        return std::ranges::none_of(bends, [&](const auto& bend) { return bend.first == one; });
      };
      const auto playing = [&](double carried, double bend, double feedback) {
        Alone alone{"fm"};
        alone.set("freq", 300).set("algorithm", static_cast<double>(algorithm));
        alone.set("feedback", feedback).set("feedback6", feedback);
        for (int i = 1; i <= 6; ++i)
          alone.set("ratio" + std::to_string(i), i).set("level" + std::to_string(i), carrier(i) ? carried : bend);
        return alone;
      };
      THEN("those are heard that bend no other, when nothing is bent") {
        const auto sound = playing(0.5, 0, 0).one(48000);
        for (int i = 1; i <= 6; ++i) {
          CAPTURE(i);
          CHECK(std::abs(sineIn(sound, 300 * i)) == Approx(carrier(i) ? 0.5 : 0).margin(1e-4));
        }
      }
      THEN("they bend each other as it is written") {
        const auto sound = playing(0.4, 0.17, 0).one(3000);
        double apart = 0;
        for (int f = 0; f < 3000; ++f) {
          double says[7] = {}, all = 0;
          for (int one = 6; one >= 1; --one) {
            double turns = std::fmod(300.0 * one * f / 48000, 1.0);
            for (const auto& [from, to] : bends) turns += to == one ? says[from] : 0;
            says[one] = (carrier(one) ? 0.4 : 0.17) * std::sin(2 * std::numbers::pi * turns);
            all += carrier(one) ? says[one] : 0;
          }
          apart = std::max(apart, std::abs(all - static_cast<double>(sound[static_cast<std::size_t>(f)])));
        }
        CAPTURE(apart);
        CHECK(apart < 1e-4);
      }
      THEN("however they are bent, the tone is in tune and all its harmonics are its own") {
        const auto sound = playing(0.5, 0.1, 0.6).one(96000);
        const double cents = centsOff(sound, 300), pure = purity(sound, 300);
        CAPTURE(cents, pure);
        CHECK(std::abs(cents) < 0.05);
        CHECK(pure > 90);
      }
    }
  }
  GIVEN("a third, a fifth and a sixth that are not heard for a while") {
    const auto playing = [](int silentUntil) {
      Alone alone{"fm"};
      alone.set("ratio3", 3.3).set("ratio5", 1.7).set("ratio6", 5.1).set("algorithm", 7);
      for (const char* level : {"level3", "level5", "level6"}) alone.set(level, 0);
      auto sound = alone.one(silentUntil);
      for (const char* level : {"level3", "level5", "level6"}) alone.set(level, 0.3);
      const auto more = alone.one(2000 - silentUntil);
      sound.insert(sound.end(), more.begin(), more.end());
      return sound;
    };
    THEN("they are where they would be all the same") {
      const auto late = playing(960), early = playing(32);
      CHECK(std::equal(late.begin() + 960, late.end(), early.begin() + 960));
    }
  }
}

SCENARIO("noise has the colour it is said to have") {
  constexpr const char* kinds[] = {"white", "pink", "brown"};
  constexpr double slopes[] = {0, -3.0103, -6.0206};
  for (int kind = 0; kind < 3; ++kind) {
    for (const double rate : {48000.0, 96000.0}) {
      GIVEN(std::string{kinds[kind]} + " noise at " + std::to_string(rate)) {
        Alone alone{"noise", {rate}};
        const auto sounds = alone.set("kind", kind).play(4 * 65536);
        // Power in each hertz, octave by octave, of all lanes.
        std::vector<double> density;
        for (double from = 62.5; from < 16000; from *= 2) density.push_back(0);
        for (const auto& sound : sounds) {
          for (std::size_t part = 1; part <= 4; ++part) {
            const std::vector<float> piece(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(part * 65536));
            const auto power = powers(piece);
            for (std::size_t i = 0; i < density.size(); ++i) {
              const double from = std::ldexp(62.5, static_cast<int>(i)) * 65536 / rate;
              for (auto bin = static_cast<std::size_t>(from); bin < static_cast<std::size_t>(2 * from); ++bin)
                density[i] += power[bin] / from;
            }
          }
        }
        THEN("from octave to octave it falls as it should") {
          for (std::size_t i = 1; i < density.size(); ++i) {
            const double fall = 10 * std::log10(density[i] / density[0]);
            CAPTURE(i, fall);
            // Brown noise is a little less steep where the sampled band ends.
            CHECK(std::abs(fall - slopes[kind] * static_cast<double>(i)) < (i > 6 && kind == 2 ? 1.5 : 0.7));
          }
        }
        THEN("it is as loud as the others, and no lane is like another") {
          double least = 1, most = 0, alike = 0;
          for (std::size_t a = 0; a < 8; ++a) {
            const double level = rootMeanSquare(sounds[a]);
            least = std::min(least, level);
            most = std::max(most, level);
            for (std::size_t b = 0; b < a; ++b) {
              double product = 0;
              for (std::size_t i = 0; i < sounds[a].size(); ++i)
                product += static_cast<double>(sounds[a][i]) * static_cast<double>(sounds[b][i]);
              product /= static_cast<double>(sounds[a].size()) * rootMeanSquare(sounds[b]) * level;
              alike = std::max(alike, std::abs(product));
            }
          }
          CAPTURE(least, most, alike);
          CHECK(least > 0.3 * 0.9);
          CHECK(most < 0.3 * 1.1);
          // Slow noise has few independent moments to be told apart by.
          CHECK(alike < (kind == 0 ? 0.01 : kind == 1 ? 0.05 : 0.2));
        }
      }
    }
  }
  GIVEN("noise that is turned down") {
    Alone alone{"noise"};
    const auto sound = alone.set("level", 0).one(1000);
    THEN("silence is silence") {
      CHECK(std::all_of(sound.begin(), sound.end(), [](float x) { return x == 0; }));
    }
  }
}
