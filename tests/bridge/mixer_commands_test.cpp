#include "bridge/mixer_commands.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "synth/mixer.hpp"
#include "tests/support/hearing.hpp"
#include "tests/support/typed_studio.hpp"

namespace antiphon {
namespace {

using Catch::Matchers::Contains;
using synth::loudest;

/// A tone that goes on.
struct Studio : TypedStudio {
  Studio() {
    ok("create tone sine freq=440");
    ok("patch tone > out amount=0.25");
  }
  double level(const std::string& name) {
    hear(3.2);
    for (const auto& strip : desk.strips()) {
      if (strip.name == name) return strip.levels.peak;
    }
    return 999;
  }
};

}  // namespace

SCENARIO("MIX-1 A fader is moved") {
  Studio studio;
  studio.hear(1);
  const double before = loudest(studio.hear(1));
  GIVEN("6 dB less") {
    studio.ok("gain tone -6");
    studio.hear(0.1);
    CHECK(loudest(studio.hear(1)) == Approx(before * 0.5012).epsilon(0.001));
    THEN("undo brings it back") {
      studio.ok("undo");
      studio.hear(0.1);
      CHECK(loudest(studio.hear(1)) == Approx(before).epsilon(0.001));
    }
  }
  GIVEN("all to the right") {
    studio.ok("pan tone right");
    studio.hear(0.1);
    CHECK(loudest(studio.hear(1)) < before * 1e-4);
    CHECK_THAT(studio.ok("mixer"), Contains("100 % right"));
  }
  GIVEN("the master") {
    studio.ok("gain master -6");
    studio.hear(0.1);
    CHECK(loudest(studio.hear(1)) == Approx(before * 0.5012).epsilon(0.001));
    THEN("what comes later goes through it too") {
      studio.ok("create other sine freq=440");
      studio.ok("patch other > out amount=0.25");
      studio.hear(0.1);
      CHECK(loudest(studio.hear(1)) == Approx(2 * before * 0.5012).epsilon(0.001));
      studio.ok("unpatch other > out");
      studio.hear(0.1);
      CHECK(loudest(studio.hear(1)) == Approx(before * 0.5012).epsilon(0.001));
    }
  }
  GIVEN("what is no level, and nobody") {
    CHECK_THAT(studio.error("gain tone loud"), Contains("from -120 dB to 12 dB"));
    CHECK_THAT(studio.error("gain tune -6"), Contains("did you mean 'tone'?"));
    CHECK_THAT(studio.error("pan tone 2"), Contains("-1 to 1"));
    CHECK_THAT(studio.error("send tone hall -12db"), Contains("nothing in this patch is called 'hall'"));
    CHECK_THAT(studio.error("bus hall saw"), Contains("'saw' is no effect"));
  }
}

SCENARIO("MIX-2 An effect that is added later stands before the fader") {
  Studio studio;
  studio.ok("gain tone -6");
  studio.ok("add delay to tone");
  studio.ok("add chorus to tone");
  CHECK(synth::behind(studio.desk.patch(), "tone") ==
        std::vector<std::string>{"delay-tone", "chorus-tone", "channel-tone"});
  CHECK_THAT(studio.ok("mixer"), Contains("-6.0 dB") && Contains("> delay  > chorus"));
  WHEN("the tone is taken away") {
    studio.ok("remove tone");
    THEN("all that was its goes with it") { CHECK(studio.ok("list") == "out  out"); }
  }
}

SCENARIO("MIX-3 A bus is sent to") {
  Studio studio;
  studio.ok("bus echo delay time=0.5 feedback=0");
  studio.ok("send tone echo -20db");
  studio.ok("gain echo -3");
  CHECK(studio.level("tone") == Approx(-12.04).margin(0.1));
  CHECK(studio.level("echo") == Approx(-23).margin(0.1));
  CHECK_THAT(studio.ok("mixer"), Contains("to echo -20.0 dB"));
  WHEN("it is turned off") {
    studio.ok("send tone echo off");
    studio.hear(1);
    CHECK(studio.level("echo") == synth::Levels::kNothing);
  }
}

SCENARIO("MIX-4 The meters tell what is heard") {
  Studio studio;
  studio.hear(4);
  THEN("of each that goes to out, and of out") {
    REQUIRE(studio.desk.strips().size() == 2);
    CHECK(studio.desk.strips()[0].name == "tone");
    CHECK(studio.desk.strips()[0].levels.peak == Approx(-12.04).margin(0.05));
    CHECK(studio.desk.strips()[1].name == "out");
    CHECK(studio.desk.strips()[1].levels.peak == Approx(-12.04).margin(0.05));
    CHECK(studio.desk.strips()[1].levels.loudness == Approx(-12.7).margin(0.3));
  }
  WHEN("a fader is put between") {
    studio.ok("gain tone -6");
    CHECK(studio.level("tone") == Approx(-18.06).margin(0.05));
    CHECK(studio.level("out") == Approx(-18.06).margin(0.05));
  }
  WHEN("voices are measured") {
    studio.ok("create lead");
    studio.ok("melody lead: [C4 E4 G4]");
    studio.ok("play");
    const double alone = studio.level("lead");
    THEN("they are added up as they are heard") {
      studio.ok("unpatch tone > out");
      studio.hear(4);
      double out = 0;
      for (const auto& strip : studio.desk.strips()) out = strip.levels.peak;
      CHECK(out == Approx(alone).margin(0.3));
    }
  }
}

SCENARIO("MIX-5 A drum and what is panned go through one master, or one bus") {
  const std::string through =
      GENERATE(as<std::string>{}, "gain master 0", "add compressor to master ratio=1", "bus drums");
  Studio studio;
  studio.ok("pan tone right");
  studio.ok("create kick");
  studio.ok("sequence kick: x...");  // it has pads from here on, and is not played
  studio.ok(through);
  if (through == "bus drums") {
    studio.ok("unpatch channel-tone > out");
    studio.ok("patch channel-tone > drums amount=0.25");
    studio.ok("patch kick > drums");
  }
  CAPTURE(through);
  studio.hear(0.1);
  THEN("left is still left") {
    CHECK(loudest(studio.hear(0.5)) < 1e-4);
    studio.ok("pan tone left");
    studio.hear(0.1);
    CHECK(loudest(studio.hear(0.5)) == Approx(0.25 * std::sqrt(2)).epsilon(0.01));
  }
}

SCENARIO("MIX-6 A send is as loud as it is said") {
  Studio studio;
  studio.ok("bus hall");
  const auto [said, decibels] = GENERATE(table<std::string, double>(
      {{"-12db", -12}, {"-12", -12}, {"0db", 0}, {"0.5", -6.02}, {"50%", -6.02}, {"6db", 6}}));
  CAPTURE(said);
  studio.ok("send tone hall " + said);
  CHECK(studio.level("hall") == Approx(decibels).margin(0.1));
  for (const char* none : {"20db", "5", "loud"})
    CHECK_THAT(studio.error(std::string{"send tone hall "} + none), Contains("as loud as -12db or 0.25, or off"));
}

}  // namespace antiphon
