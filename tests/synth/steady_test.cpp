#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "synth/desk.hpp"
#include "synth/writing.hpp"
#include "tests/support/alone.hpp"

using namespace antiphon::synth;

namespace {

/// So many frames of a patch whose keys are struck and let go, rendered so many at a time.
std::vector<float> played(const std::string& chain, int frames, int atOnce, const std::string& aside = {}) {
  Desk desk{SampleRate{48000}};
  Patch patch;
  create(patch, "k", std::vector<PatchWord>{{"", "keys"}, {"voices", "36"}});
  for (const std::string_view module : {"saw", "square", "adsr", "vca", "reverb", "mix"})
    create(patch, std::string{module}.substr(0, 2), std::vector<PatchWord>{{"", std::string{module}}});
  create(patch, "f", std::vector<PatchWord>{{"", "ladder"}, {"cutoff", "900hz"}, {"resonance", "0.6"}});
  antiphon::synth::chain(patch, "k.gate > ad.gate");
  antiphon::synth::chain(patch, "k.pitch > sa.pitch");
  antiphon::synth::chain(patch, "k.pitch > sq.pitch");
  antiphon::synth::chain(patch, "ad > vc.gain");
  antiphon::synth::chain(patch, chain);
  if (!aside.empty()) antiphon::synth::chain(patch, aside);
  desk.load(patch);
  const NodeId keys = desk.played("k");
  for (int i = 0; i < 30; ++i) {
    const auto key = static_cast<float>(40 + i % 36);
    desk.machine().play(keys, {Gesture::Kind::keyDown, key, 0.7f}, Frame{i * 301});
    desk.machine().play(keys, {Gesture::Kind::keyUp, key, 0}, Frame{i * 301 + 2000});
  }
  std::vector<float> left(static_cast<std::size_t>(frames)), right(left);
  for (int done = 0; done < frames; done += atOnce) {
    const int count = std::min(atOnce, frames - done);
    desk.machine().render(left.data() + done, right.data() + done, count, {});
  }
  return left;
}

}  // namespace

SCENARIO("what stands still for a while sounds as if it had been worked out frame by frame") {
  for (const std::string_view module : {"saw", "square", "triangle", "supersaw"}) {
    GIVEN(std::string{module} + " at all pitches, whose keys say the same again and again") {
      const auto pitch = [](int frame, int lane) {  // another in one frame, and then as before
        return frame == 200 ? 0 : static_cast<float>(lane % 13) * 9.7f - 70;
      };
      const auto hertz = [](int, int lane) {  // some run backwards
        return lane == 5 ? 70000.0f : lane % 3 == 0 ? -440.0f : 440.0f;
      };
      Alone each{module, {}, 2}, held{module, {}, 2};
      each.feed("pitch", pitch).feed("freq", hertz);
      held.feed("pitch", pitch).feed("freq", hertz).resting();
      THEN("not a bit is another") {
        CHECK(each.play(6000) == held.play(6000));
        CHECK(each.play(6000, {}, 7) == held.play(6000, {}, 32));
      }
    }
  }
  GIVEN("envelopes whose gates go up and down") {
    for (const double attack : {0.0005, 0.02}) {
      const auto gate = [](int frame, int lane) { return frame / (700 + 13 * (lane % 16)) % 2 == 0 ? 1.0f : 0.0f; };
      Alone each{"adsr", {}, 6}, held{"adsr", {}, 6};
      each.feed("gate", gate).set("attack", attack).set("decay", 0.004).set("release", 0.005);
      held.feed("gate", gate).set("attack", attack).set("decay", 0.004).set("release", 0.005).resting();
      THEN("not a bit is another, with an attack of " + std::to_string(attack)) {
        CHECK(each.play(9000, {}, 32) == held.play(9000, {}, 7));
      }
    }
  }
}

SCENARIO("a patch does not sound otherwise when the sound card asks for other numbers of frames") {
  for (const std::string chain :
       {"sa > f > vc > re > out", "sq > vc > mi > out", "sa > vc > mi > f > out", "k.velocity > vc > mi > out"}) {
    GIVEN(chain) {
      const auto whole = played(chain, 12000, 128);
      float loudest = 0;
      for (const float x : whole) loudest = std::max(loudest, std::abs(x));
      CAPTURE(loudest);
      CHECK(loudest > 0.01f);
      THEN("7 or 45 at a time are the same, to the last bit") {
        CHECK(played(chain, 12000, 7) == whole);
        CHECK(played(chain, 12000, 45) == whole);
      }
    }
  }
}

SCENARIO("a voice's filter sounds as if it were alone, however many others are worked out with it") {
  const auto sound = [](int frame, int lane) {
    return std::sin(static_cast<float>(frame * (lane % kLanes + 1)) * 0.05f);
  };
  for (const int groups : {2, 4, 5, 7, 8, 13}) {
    GIVEN(std::to_string(groups) + " groups of voices, and a knob that is turned now and then") {
      Alone many{"ladder", {}, groups}, one{"ladder"};
      for (Alone* filter : {&many, &one}) filter->feed("in", sound).set("resonance", 0.9);
      THEN("each group is the one, to the last bit") {
        for (const double cutoff : {500.0, 3000.0, 3000.0, 80.0}) {
          const auto all = many.set("cutoff", cutoff).play(500, {}, 32),
                     alone = one.set("cutoff", cutoff).play(500, {}, 7);
          for (std::size_t lane = 0; lane < all.size(); ++lane) CHECK(all[lane] == alone[lane % kLanes]);
        }
      }
    }
  }
}

SCENARIO("an instrument sounds as it did when somebody begins to listen to each of its voices") {
  GIVEN("voices that go to the room together, and the same with a filter on each that nobody hears") {
    const auto together = played("sa > vc > mi > out", 12000, 128),
               each = played("sa > vc > mi > out", 12000, 128, "vc > f");
    THEN("it is the same sound, but for what rounding does") {
      float loudest = 0, apart = 0;
      for (std::size_t i = 0; i < together.size(); ++i) {
        loudest = std::max(loudest, std::abs(together[i]));
        apart = std::max(apart, std::abs(together[i] - each[i]));
      }
      CAPTURE(loudest, apart);
      CHECK(loudest > 0.01f);
      CHECK(apart < 1e-5f * loudest);
    }
  }
}

SCENARIO("modules say that they stand still") {
  const auto steadyAfter = [](Alone& alone, int frames) {
    alone.play(frames);
    return alone.steady();
  };
  GIVEN("an envelope") {
    Alone adsr{"adsr", {}, 5};
    adsr.set("gate", 0);
    THEN("it does in silence, not on its way, and again when it has come to its level") {
      CHECK(steadyAfter(adsr, 32));
      adsr.set("gate", 1);
      CHECK(!steadyAfter(adsr, 32));
      CHECK(steadyAfter(adsr, 96000));
      CHECK(adsr.one(32).back() == Approx(0.7f).margin(1e-4));
      adsr.set("gate", 0);
      CHECK(!steadyAfter(adsr, 32));
      CHECK(steadyAfter(adsr, 96000));
      CHECK(adsr.one(32).back() == 0);
    }
  }
  GIVEN("an amplifier that is turned down, whatever comes in") {
    Alone vca{"vca", {}, 2};
    vca.feed("in", [](int frame, int lane) { return std::sin(static_cast<float>(frame + lane)); }).set("gain", 0);
    CHECK(steadyAfter(vca, 32));
    CHECK(vca.one(32) == std::vector<float>(32, 0.0f));
    vca.set("gain", 0.5);
    CHECK(!steadyAfter(vca, 32));
  }
}

SCENARIO("a key that is held is a cable all the same") {
  GIVEN("a pattern whose clock is a key's gate") {
    Desk desk{SampleRate{48000}};
    Patch patch;
    create(patch, "k", std::vector<PatchWord>{{"", "keys"}, {"voices", "1"}});
    create(patch, "s", std::vector<PatchWord>{{"", "sequencer"}});
    chain(patch, "k.gate > s.clock");
    chain(patch, "s.gate > out");
    desk.load(patch);
    std::vector<float> left(4800), right(4800);
    const auto loudest = [&](bool down) {
      desk.machine().play(desk.played("k"), {down ? Gesture::Kind::keyDown : Gesture::Kind::keyUp, 60, 1}, Frame{});
      desk.machine().render(left.data(), right.data(), 4800, {120, 0, true});
      float most = 0;
      for (const float x : left) most = std::max(most, std::abs(x));
      return most;
    };
    THEN("it goes by the key, and not by the music's time") {
      CHECK(loudest(false) == 0);
      CHECK(loudest(true) > 0.4f);
    }
  }
}
