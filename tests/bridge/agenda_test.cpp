#include "bridge/agenda.hpp"

#include <catch2/catch.hpp>

#include "tests/support/hearing.hpp"
#include "tests/support/typed_studio.hpp"

namespace antiphon {
namespace {

using Catch::Matchers::Contains;
using synth::loudest;

constexpr double kBar = 2;  // s, of four quarters at 120

/// The frame of the first sound.
double firstIn(const std::vector<float>& sound) {
  return static_cast<double>(std::ranges::find_if(sound, [](float s) { return std::abs(s) > 1e-6f; }) - sound.begin());
}

}  // namespace

SCENARIO("AT-1 A bass is to come in at bar 3") {
  TypedStudio studio;
  GIVEN("a pattern, and changes that would come at once") {
    studio.ok("quantize now");
    studio.ok("create bass");
    studio.ok("melody bass: C2 C2 G2 Eb2");
    CHECK(studio.ok("at bar 3 play bass") == "bar 3: play bass");
    CHECK(studio.ok("agenda") == "bar 3: play bass");
    const auto sound = studio.hear(4 * kBar);
    THEN("it comes on the bar line, to the frame") {
      const double first = firstIn(sound);
      CHECK(first >= 2 * kBar * TypedStudio::kRate);
      CHECK(first <= 2 * kBar * TypedStudio::kRate + 48);
      CHECK(studio.told == std::vector<std::string>{"bar 3: play bass"});
      CHECK(studio.sequences.quantum() == Tick{});
      CHECK_THAT(studio.ok("agenda"), Contains("nothing waits"));
      CHECK(studio.ok("undo") == "undone: play bass");
      CHECK(studio.sequences.quantum() == Tick{});
    }
    THEN("a bar that has begun is none to wait for") {
      CHECK_THAT(studio.error("at bar 4 play bass"), Contains("bar 4 has begun: it is bar 5"));
    }
  }
  GIVEN("what is no pattern") {
    studio.ok("create tone sine");
    studio.ok("at bar 2 patch tone > out amount=0.2");
    const double first = firstIn(studio.hear(2 * kBar));
    CHECK(first >= kBar * TypedStudio::kRate - 2 * 256);
    CHECK(first <= kBar * TypedStudio::kRate + 2 * 256);
  }
  GIVEN("what cannot be done when it is time") {
    studio.ok("at bar 2 play flute");
    studio.hear(kBar);
    THEN("that is told then") {
      REQUIRE(studio.told.size() == 1);
      CHECK_THAT(studio.told[0], Contains("bar 2: play flute: nothing is written for flute"));
    }
  }
  GIVEN("a bar that is counted from this one") {
    studio.hear(kBar * 1.5);
    CHECK(studio.ok("at bar +2 stop") == "bar 4: stop");
    CHECK_THAT(studio.error("at bar +0 stop"), Contains("as +2 says"));
    CHECK_THAT(studio.error("at bar soon stop"), Contains("as +2 says"));
  }
  GIVEN("what makes no sense") {
    CHECK_THAT(studio.error("at bar 9"), Contains("say at bar 9 COMMAND"));
    CHECK_THAT(studio.error("at bar 9 at bar 10 play"), Contains("say at bar 9 COMMAND"));
    CHECK_THAT(studio.error("at beat 9 play"), Contains("bar"));
  }
}

SCENARIO("FILL-1 The drums lead on to the next bar") {
  TypedStudio studio;
  studio.ok("create kick");
  studio.ok("sequence kick: x...x...x...x...");
  CHECK_THAT(studio.error("fill"), Contains("no pattern in steps plays"));
  CHECK_THAT(studio.error("fill kick"), Contains("does not play"));
  studio.ok("play");
  const auto plain = studio.hear(kBar), again = studio.hear(kBar / 2);
  CHECK(studio.ok("fill amount=1") == "the next bar leads on: kick");
  studio.hear(kBar / 2);
  const auto filled = studio.hear(kBar), after = studio.hear(kBar), later = studio.hear(kBar);
  THEN("one bar is played otherwise, and those behind it as before") {
    const auto strikes = [](const std::vector<float>& bar) {  // sixteenths that begin with a click
      int count = 0;
      for (std::size_t step = 0; step < 16; ++step) {
        const auto from = bar.begin() + static_cast<std::ptrdiff_t>(step * bar.size() / 16);
        double most = 0;
        for (auto at = from + 1; at < from + 96; ++at)
          most = std::max(most, std::abs(static_cast<double>(*at - *(at - 1))));
        count += most > 0.02;
      }
      return count;
    };
    CHECK(strikes(plain) == 4);
    CHECK(strikes(filled) > 5);
    CHECK(strikes(after) == 4);
    CHECK(strikes(later) == 4);
    CHECK(studio.sequences.at("kick").written.text == "x...x...x...x...");
  }
}

SCENARIO("AT-4 What can never be done is refused before its bar") {
  TypedStudio studio;
  CHECK_THAT(studio.error("at bar 5 plya bass"), Contains("no command \"plya\"") && Contains("play"));
  CHECK_THAT(studio.error("at bar 5 swing 90"), Contains("50..75"));
  CHECK_THAT(studio.error("at bar 5 melody"), Contains("melody needs name"));
  CHECK_THAT(studio.ok("agenda"), Contains("nothing waits"));
  THEN("who is not there yet may be there by then") { studio.ok("at bar 5 play bass"); }
}

SCENARIO("METER-1 Bars of seven eighths") {
  TypedStudio studio;
  CHECK(studio.ok("meter 7/8") == "bars of 7/8");
  studio.ok("create kick");
  studio.ok("sequence kick 1/8: x......");
  studio.hear(0.5);  // within the first bar, of 1.75 s
  studio.ok("play");
  const double first = firstIn(studio.hear(4)) + TypedStudio::kRate / 2.0;
  CHECK(first >= 1.75 * TypedStudio::kRate);
  CHECK(first <= 1.75 * TypedStudio::kRate + 48);
  CHECK_THAT(studio.error("meter seven"), Contains("written like 4/4, 3/4 or 7/8"));
}

}  // namespace antiphon
