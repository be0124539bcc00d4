#include <catch2/catch.hpp>

#include "synth/quantity.hpp"
#include "synth/rack.hpp"
#include "synth/writing.hpp"

using namespace antiphon::synth;
using Catch::Matchers::Contains;

namespace {

double said(Unit unit, std::string_view text) { return quantityFor(knob("", "", unit, 0, 0, 0), text).value_or(-999); }

}  // namespace

SCENARIO("numbers are written as musicians write them") {
  CHECK(said(Unit::hertz, "500hz") == 500);
  CHECK(said(Unit::hertz, "1.2kHz") == Approx(1200));
  CHECK(said(Unit::hertz, "a4") == Approx(440));
  CHECK(said(Unit::hertz, "c#3") == Approx(138.5913));
  CHECK(said(Unit::seconds, "20ms") == Approx(0.02));
  CHECK(said(Unit::seconds, "0.5") == 0.5);
  CHECK(said(Unit::decibels, "-6db") == -6);
  CHECK(said(Unit::semitones, "-50ct") == Approx(-0.5));
  CHECK(said(Unit::plain, "50%") == 0.5);
  CHECK(said(Unit::plain, "-6db") == Approx(0.5012).epsilon(1e-3));
  CHECK(said(Unit::seconds, "500hz") == -999);
  CHECK(quantityFor(choice("root", "", {"C", "C#", "D"}), "C#") == 1);
  CHECK(quantityFor(choice("root", "", {"C", "C#", "D"}), "d") == 2);
  for (const char* nonsense : {"", "-", "hz", "1e", "1..2", "nan", "inf", "12 ", "0x10", "++3"})
    CHECK(said(Unit::hertz, nonsense) == -999);
  CHECK(keyCalled("c4") == 60);
  CHECK(keyCalled("Bb2") == 46);
  CHECK(keyCalled("c-1") == 0);
  CHECK_FALSE(keyCalled("h3"));
  CHECK_FALSE(keyCalled("c"));
  CHECK_FALSE(keyCalled("g#9"));
}

SCENARIO("a patch is written in words") {
  Patch patch;
  create(patch, "v", std::vector<PatchWord>{{"", "sine"}, {"freq", "c5"}});
  chain(patch, "v > out");
  REQUIRE(patch.cables().size() == 1);
  CHECK(patch.at("v").values[1] == Approx(523.2511));

  WHEN("a module type is named where a module is expected") {
    chain(patch, "sine > vca > out");
    THEN("it is made") {
      CHECK(patch.find("sine") != nullptr);
      CHECK(patch.find("vca") != nullptr);
      CHECK(patch.cables().size() == 3);
    }
  }
  WHEN("an instrument is made of an oscillator and what it is set to") {
    create(patch, "bass", std::vector<PatchWord>{{"osc", "sine"}, {"attack", "20ms"}});
    THEN("it is spoken of as one") {
      CHECK(patch.sink("bass.attack").value() == Approx(0.02));
      CHECK(patch.source("bass").module->name == "bass-amp");
      CHECK(patch.playedBy("bass").type->name == "keys");
      patch.remove("bass");
      CHECK(patch.find("bass-amp") == nullptr);
      CHECK(patch.instrument("bass") == nullptr);
    }
  }
}

SCENARIO("what is wrong in a patch is said in a sentence, with the nearest name") {
  Patch patch;
  create(patch, "lead", std::vector<PatchWord>{{"", "sine"}});
  const auto told = [&](auto&& act) -> std::string {
    try {
      act();
    } catch (const PatchError& error) {
      return error.what();
    }
    return "nothing";
  };
  CHECK_THAT(told([&] { create(patch, "x", std::vector<PatchWord>{{"", "sien"}}); }), Contains("did you mean 'sine'"));
  CHECK_THAT(told([&] { chain(patch, "laed > out"); }), Contains("did you mean 'lead'"));
  CHECK_THAT(told([&] { valueOf(patch, "lead.frequ", "3"); }), Contains("did you mean 'freq'"));
  CHECK_THAT(told([&] { valueOf(patch, "lead.freq", "99khz"); }), Contains("goes from -20000 Hz to 20000 Hz"));
  CHECK_THAT(told([&] { valueOf(patch, "lead.freq", "loud"); }), Contains("not 'loud'"));
  CHECK_THAT(told([&] { patch.remove("out"); }), Contains("out stays"));
  CHECK_THAT(told([&] { create(patch, "lead", std::vector<PatchWord>{{"", "sine"}}); }), Contains("already"));
  CHECK_THAT(told([&] { create(patch, "a b", std::vector<PatchWord>{{"", "sine"}}); }), Contains("cannot be a name"));
  CHECK_THAT(told([&] { chain(patch, "lead >"); }), Contains("patch A > B"));
  CHECK_THAT(told([&] { patch.disconnect("lead", "out"); }), Contains("no cable"));
}

SCENARIO("every module says what it is") {
  for (const ModuleType* type : allModules()) {
    CAPTURE(std::string{type->name});
    CHECK(type->make != nullptr);
    CHECK(moduleCalled(type->name) == type);
    CHECK_FALSE(type->purpose.empty());
    CHECK_FALSE(type->family.empty());
    CHECK_FALSE(type->outlets.empty());
    for (const Inlet& inlet : type->inlets) {
      CAPTURE(std::string{inlet.name});
      CHECK_FALSE(inlet.purpose.empty());
      CHECK(inlet.least <= inlet.usual);
      CHECK(inlet.usual <= inlet.most);
      CHECK(type->inlet(inlet.name) == &inlet - type->inlets.data());
      if (inlet.curve == Curve::exponential) CHECK((inlet.least > 0 || inlet.least == -inlet.most));
    }
  }
}
