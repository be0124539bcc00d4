#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "tests/support/played.hpp"

using namespace antiphon::synth;

namespace {

constexpr double kMiddleC = 261.6256;

/// All that are played as notes.
std::vector<std::string> tuned() {
  std::vector<std::string> names;
  for (const Recipe& recipe : allRecipes()) {
#if defined(ANTIPHON_SANITIZED)
    if (names.size() == 6) break;  // everything takes many times as long
#endif
    if (recipe.name != "drums") names.emplace_back(recipe.name);
  }
  return names;
}

Ears middleC(const std::string& name, int velocity = 100, double seconds = 1.2, std::uint64_t seed = 1) {
  return Played{name, seed}.note({0, seconds, 60, velocity}).hear(seconds);
}

/// Where phases are left to chance, a single note tells little.
template <typename Measure>
double onAverage(Measure measure) {
  constexpr std::uint64_t kNotes = 6;
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= kNotes; ++seed) sum += measure(seed);
  return sum / kNotes;
}

/// By how many cents the tone about this frequency is higher: the middle of what there is within a third of a tone.
double centsOff(const Sound& sound, double hertz) {
  double power = 0, sum = 0;
  for (int cents = -64; cents <= 64; cents += 4) {
    const double tone = toneIn(part(sound, 6000, 57600), hertz * std::exp2(cents / 1200.0));
    power += tone * tone;
    sum += tone * tone * cents;
  }
  return sum / power;
}

/// How much of it is so high that only a click would be: what is left of it after two differences.
double edge(const Ears& ears, double from, double to) {
  const auto sound = part(ears.left, Ears::frame(from), Ears::frame(to));
  double most = 0;
  for (std::size_t i = 2; i < sound.size(); ++i)
    most = std::max(most, static_cast<double>(std::abs(sound[i] - 2 * sound[i - 1] + sound[i - 2])));
  return most;
}

/// Where the middle of its overtones is, in hertz: what is bright is high.
double brightness(const Sound& sound) {
  double all = 0, sum = 0;
  for (int harmonic = 1; harmonic <= 30; ++harmonic) {
    const double tone = toneIn(part(sound, 480, 14880), kMiddleC * harmonic);
    all += tone;
    sum += tone * kMiddleC * harmonic;
  }
  return sum / all;
}

}  // namespace

SCENARIO("the factory's instruments are as loud as each other, and leave room") {
  for (const std::string& name : tuned()) {
    const Ears ears = middleC(name, 100, name == "pad" ? 2 : 1.2);  // a pad takes its time
    const double level =
        onAverage([&](auto seed) { return decibels(middleC(name, 100, name == "pad" ? 2 : 1.2, seed).loudness()); });
    Played chord{name};
    for (const int key : {48, 60, 64, 67}) chord.note({0, 1, key, 110});
    const Ears four = chord.hear(1);
    const double together = decibels(rms(four.both()) / four.level(0, 1));
    CAPTURE(name, level, decibels(ears.peak()), decibels(four.peak()), together);
    CHECK(level == Approx(-23).margin(1.5));
    CHECK(decibels(four.peak()) < -1);
    CHECK(together > -3);  // one ear hears what both hear
  }
}

SCENARIO("a key that is struck harder is louder, and brighter where the instrument is") {
  const std::set<std::string> brighter{"epiano",  "piano", "clav",  "vibes", "marimba", "bell", "pluck", "pad",
                                       "strings", "choir", "brass", "flute", "lead",    "bass", "acid"};
  for (const std::string& name : tuned()) {
    const Ears soft = middleC(name, 40, 0.7), hard = middleC(name, 120, 0.7);
    const double louder = decibels(hard.loudness() / soft.loudness());
    const double higher = brightness(hard.both()) / brightness(soft.both());
    CAPTURE(name, louder, higher);
    CHECK(louder > (name == "organ" ? 2.5 : 6));
    CHECK(louder < 14);
    if (brighter.contains(name)) CHECK(higher > 1.04);
  }
}

SCENARIO("instruments are in tune, and bend") {
  const std::set<std::string> many{"pad", "strings", "choir"};
  for (const std::string& name : tuned()) {
    const double off = onAverage([&](auto seed) { return centsOff(middleC(name, 100, 1.2, seed).both(), kMiddleC); });
    const double bent = onAverage([&](auto seed) {
      Played bending{name, seed};
      return centsOff(bending.gesture({Gesture::Kind::bend, 0, 2}, 0).note({0, 1.5}).hear(1.2).both(),
                      kMiddleC * 1.122462);
    });
    CAPTURE(name, off, bent);
    // Those of whom there are many are about the pitch, each of them a little off.
    const double most = many.contains(name) ? 10 : 5;
    CHECK(std::abs(off) < most);
    CHECK(std::abs(bent) < most);
  }
}

SCENARIO("keys are let go, and voices taken over, without a click") {
  for (const std::string& name : tuned()) {
    GIVEN(name) {
      const Ears let = Played{name}.note({0, 0.5}).hear(2);
      const double before = edge(let, 0.35, 0.5), after = edge(let, 0.5, 0.55);
      CAPTURE(before, after);
      CHECK(after < 1.5 * before + 1e-4);
      THEN("what was let go dies away") {
        const double left = decibels(let.level(1.9, 2) / let.level(0.3, 0.5));
        CAPTURE(left);
        CHECK(left < (name == "bell" ? -8 : name == "pad" || name == "choir" ? -20 : -24));
      }
      THEN("a key more than there are voices is no louder at its beginning than a key alone") {
        Played crowd{name};
        for (int key = 0; key < 16; ++key) crowd.note({0.01 * key, 5, 40 + 2 * key, 90});
        crowd.note({0.3, 1, 59, 30});
        const Ears full = crowd.hear(0.34);
        const double alone = edge(Played{name}.note({0, 1, 59, 90}).hear(0.03), 0, 0.03);
        const double held = edge(full, 0.25, 0.295), taken = edge(full, 0.295, 0.33);
        CAPTURE(held, taken, alone);
        CHECK(taken < 2 * std::max(held, alone));
      }
    }
  }
}

SCENARIO("a MIDI controller turns the knob that musicians expect") {
  Played pad{"pad"};
  const Instrument& it = pad.instrument();
  const auto* brightness = it.controller(74);
  REQUIRE(brightness != nullptr);
  CHECK(brightness->knob == "cutoff");
  CHECK(brightness->port == "it-filter.cutoff");
  CHECK(brightness->at(0) == Approx(100));
  CHECK(brightness->at(0.5) == Approx(std::sqrt(100.0 * 12000)));  // by octaves
  CHECK(brightness->at(1) == Approx(12000));
  CHECK(it.controller(7)->at(100 / 127.0) == Approx(1));  // MIDI's usual volume is the recipe's own
  CHECK(it.controller(10)->at(0.5) == Approx(0).margin(1e-9));
  CHECK(it.controller(3) == nullptr);
  for (const Recipe& recipe : allRecipes()) {
    Played each{std::string{recipe.name}};
    CAPTURE(recipe.name);
    CHECK(each.instrument().controller(7) != nullptr);
    for (const auto& controller : each.instrument().controllers) {
      CAPTURE(controller.number, controller.knob);
      for (const double position : {0.0, 0.3, 1.0}) CHECK_NOTHROW(each.set(controller.knob, controller.at(position)));
    }
  }
}

SCENARIO("the wheel makes a lead sway") {
  Played lead{"lead"};
  lead.set("vibrato", lead.instrument().controller(1)->at(1)).set("delay", 0).set("reverb", 0);
  const Sound sways = lead.note({0, 1.5}).hear(1.25).left, still = middleC("lead", 100, 1.25).left;
  const auto steady = [](const Sound& sound) { return toneIn(part(sound, 20000, 60000), kMiddleC) / rms(sound); };
  CAPTURE(steady(sways), steady(still));
  CHECK(steady(sways) < 0.7 * steady(still));
}

SCENARIO("whatever is turned on an instrument, it plays on") {
  for (const Recipe& recipe : allRecipes()) {
    for (const bool up : {false, true}) {
      Played it{std::string{recipe.name}};
      it.note({0, 0.2, recipe.name == "drums" ? 38 : 60, 127});
      for (const auto& knob : it.instrument().knobs) {
        const Inlet& inlet = it.patch().sink(knob.port).inlet();
        if (knob.name != "level") it.set(knob.name, up ? inlet.most : inlet.least);
        const Ears ears = it.hear(0.01);
        CAPTURE(recipe.name, knob.name, up);
        REQUIRE(std::isfinite(powerOf(ears.left) + powerOf(ears.right)));
        REQUIRE(it.faulty() == "");
      }
    }
  }
}
