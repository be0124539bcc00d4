// Advice about the mix that sounds, and what becomes of it when it is followed.
#include "bridge/mix_commands.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "bridge/live_mix.hpp"
#include "bridge/mix_json.hpp"
#include "synth/mix/masking.hpp"
#include "synth/mix/sound_stems.hpp"
#include "synth/mixer.hpp"
#include "tests/support/typed_studio.hpp"

namespace antiphon {
namespace {

using Catch::Matchers::Contains;
using synth::Suggestion;

constexpr double kListen = 3.2;  // s

struct Studio : TypedStudio {
  /// A tone that goes on.
  void tone(const std::string& name, double hertz, double amount, const std::string& wave = "sine") {
    ok("create " + name + " " + wave + " freq=" + decimal(hertz));
    ok("patch " + name + " > out amount=" + decimal(amount));
  }
  synth::MixMeasure measured() {
    hear(kListen);
    return synth::measured(*synth::heardStems(desk));
  }
  synth::MixReport report(double target = -16) {
    hear(kListen);
    return synth::report(*synth::heardStems(desk), {.target = target});
  }
};

std::optional<Suggestion> of(const synth::MixReport& report, const std::string& type) {
  for (const Suggestion& its : report.advice.suggestions) {
    if (its.type == type) return its;
  }
  return {};
}

/// The suggestion of this type, which has to be there, is followed; it and what is measured then.
struct Followed {
  Suggestion advice{};
  synth::MixReport before{}, after{};
};
Followed follow(Studio& studio, const std::string& type, double target = -16) {
  Followed all{.before = studio.report(target)};
  const auto advice = of(all.before, type);
  REQUIRE(advice.has_value());
  all.advice = *advice;
  INFO(advice->action);
  studio.ok(advice->action);
  all.after = studio.report(target);
  return all;
}

const synth::TrackMeasure& track(const synth::MixReport& report, const std::string& name) {
  for (const synth::MixTrack& its : report.measure.tracks) {
    if (its.strip.name == name) return its.measure;
  }
  throw std::runtime_error{name + " is not in the mix"};
}

}  // namespace

SCENARIO("MIX-25 Every kind of advice is followed by its own command, and does what it says") {
  Studio studio;
  GIVEN("one that is too loud beside the others") {
    studio.tone("bass", 60, 0.1);
    studio.tone("lead", 700, 0.4);
    const Followed gain = follow(studio, "gain");
    CHECK(synth::offBalance(gain.after.measure) < synth::offBalance(gain.before.measure) - 1);
  }
  GIVEN("all of it too quiet") {
    studio.tone("lead", 700, 0.02);
    const Followed loudness = follow(studio, "loudness", -24);
    CHECK(loudness.advice.measurement.unit == "LUFS");
    CHECK(loudness.after.measure.loudness == Approx(-24).margin(0.3));
  }
  GIVEN("peaks above what is allowed") {
    studio.tone("lead", 700, 0.98);
    const Followed headroom = follow(studio, "headroom");
    CHECK(headroom.before.measure.truePeak > -1);
    CHECK(headroom.after.measure.truePeak < -1);
  }
  GIVEN("peaks that only a limiter can hold") {
    studio.ok("create kick");
    studio.ok("sequence kick: x...............");
    studio.ok("gain kick 6");
    studio.ok("play");
    studio.hear(2);
    const Followed headroom = follow(studio, "headroom", -12);
    CHECK_THAT(headroom.advice.action, Contains("add limiter to master"));
    CHECK(headroom.after.measure.truePeak < -0.7);
    THEN("what it asks of the limiter that is there is done as well") {
      studio.ok("set limiter-master.ceiling 0");
      studio.ok("set limiter-master.gain 12");
      const Followed again = follow(studio, "headroom", -6);
      CHECK_THAT(again.advice.action, Contains("set limiter-master.ceiling"));
      CHECK(again.after.measure.truePeak < again.before.measure.truePeak);
    }
  }
  GIVEN("one that covers another") {
    studio.tone("bass", 60, 0.3);
    studio.tone("organ", 110, 0.1, "saw");
    studio.tone("voice", 470, 0.02, "saw");
    const Followed masking = follow(studio, "masking");
    CHECK_THAT(masking.advice.action, Contains("add eq to "));
    CHECK(synth::Masking{masking.after.measure}.figure() < synth::Masking{masking.before.measure}.figure());
  }
  GIVEN("two low ends") {
    studio.tone("bass", 60, 0.2);
    studio.tone("pad", 70, 0.2);
    const Followed low = follow(studio, "low_end");
    CHECK(synth::lowEndConflict(track(low.after, "bass"), track(low.after, "pad")) <
          synth::lowEndConflict(track(low.before, "bass"), track(low.before, "pad")) - 0.1);
    THEN("advised again, the equaliser that is there is turned") {
      const auto again = of(low.after, "low_end");
      if (again) {
        CHECK_THAT(again->action, Contains("set eq-pad.low_gain"));
        studio.ok(again->action);
      }
    }
  }
  GIVEN("one that is harsh, and one that hisses") {
    const auto [type, hertz] = GENERATE(table<std::string, double>({{"harshness", 3400}, {"sibilance", 7000}}));
    studio.tone("bass", 60, 0.1);
    studio.ok("create edge sine freq=" + decimal(hertz));
    studio.ok("create body sine freq=900");
    studio.ok("create voice channel");
    studio.ok("patch edge > voice amount=0.2");
    studio.ok("patch body > voice amount=0.05");
    studio.ok("patch voice > out");
    const Followed sharp = follow(studio, type);
    CHECK(sharp.after.advice.score.points > sharp.before.advice.score.points);
    CHECK(of(sharp.before, type)->measurement.value >
          track(sharp.after, "voice").harshness + (type == "sibilance" ? -99 : 2));
    CHECK(of(sharp.before, type)->measurement.value >
          track(sharp.after, "voice").sibilance + (type == "sibilance" ? 2 : -99));
  }
  GIVEN("one to the side") {
    studio.tone("lead", 700, 0.2);
    studio.tone("pad", 300, 0.05);
    studio.ok("pan lead 0.7");
    const Followed stereo = follow(studio, "stereo");
    CHECK(std::abs(stereo.after.measure.balance()) < std::abs(stereo.before.measure.balance()) - 2);
  }
  GIVEN("a bass to the side") {
    studio.tone("bass", 60, 0.2);
    studio.tone("pad", 300, 0.05);
    studio.ok("pan bass -0.5");
    const Followed stereo = follow(studio, "stereo");
    CHECK(std::abs(track(stereo.after, "bass").balance()) < 0.5);
  }
  GIVEN("three in the middle, and no room") {
    studio.tone("bass", 60, 0.2);
    studio.tone("lead", 700, 0.1);
    studio.tone("pad", 300, 0.1);
    const Followed width = follow(studio, "width");
    CHECK_THAT(width.advice.action, Contains("add reverb to "));
    CHECK(width.after.measure.width > width.before.measure.width);
  }
  GIVEN("three in the middle, and a bus") {
    studio.tone("bass", 60, 0.2);
    studio.tone("lead", 700, 0.1);
    studio.tone("pad", 300, 0.1);
    studio.ok("bus hall reverb decay=2s");
    studio.ok("send pad hall -50db");
    const Followed width = follow(studio, "width");
    CHECK(width.advice.action == "send lead hall -12db");
    CHECK(width.after.measure.width > width.before.measure.width);
  }
}

SCENARIO("MIX-26 A voice that is uneven is evened") {
  Studio studio;
  studio.tone("bass", 60, 0.1);
  studio.ok("create tone sine freq=900");
  studio.ok("create beat clock division=2 length=0.02");
  studio.ok("create stroke ad attack=10ms decay=40ms");
  studio.ok("create amp vca");
  studio.ok("create voice channel");
  studio.ok("patch beat > stroke > amp.gain");
  studio.ok("patch tone > amp > voice");
  studio.ok("patch tone > voice amount=0.02");
  studio.ok("patch voice > out");
  const Followed compression = follow(studio, "compression");
  CHECK_THAT(compression.advice.action, Contains("add compressor to voice threshold="));
  CHECK(track(compression.after, "voice").crest < track(compression.before, "voice").crest - 1);
}

SCENARIO("MIX-27 All advice about a mix can be followed, line by line in its order") {
#ifdef ANTIPHON_SANITIZED
  constexpr int kMixes = 1;
#else
  constexpr int kMixes = 8;
#endif
  std::mt19937 chance{7};
  const auto upTo = [&](int most) { return static_cast<int>(chance() % static_cast<unsigned>(most)); };
  for (int mix = 0; mix < kMixes; ++mix) {
    Studio studio;
    const std::vector<std::string> names{"bass", "lead", "pad", "voice", "kick"};
    const std::vector<double> tones{55, 880, 220, 3000, 65};
    for (std::size_t i = 0; i < names.size(); ++i) {
      studio.tone(names[i], tones[i], 0.1, i % 2 == 0 ? "saw" : "sine");
      studio.ok("gain " + names[i] + " " + std::to_string(upTo(36) - 24));
      studio.ok("pan " + names[i] + " " + decimal((upTo(21) - 10) / 10.0));
    }
    if (upTo(2) == 1) studio.ok("add eq to lead peak1_freq=3000");
    if (upTo(2) == 1) studio.ok("gain master -6");
    for (const Suggestion& its : studio.report().advice.suggestions) studio.ok(its.action);
  }
}

SCENARIO("MIX-28 auto_level moves the faders in one step, or only says how") {
  Studio studio;
  studio.tone("bass", 60, 0.3);
  studio.tone("lead", 700, 0.02);
  studio.tone("pad", 300, 0.2);
  studio.ok("pan bass 0.6");
  studio.hear(kListen);
  const synth::Patch before = studio.desk.patch();
  WHEN("it is only asked") {
    CHECK_THAT(studio.ok("auto_level target=-20"), Contains("not moved: -20.0 LUFS"));
    THEN("nothing has changed, and undo takes back what was before") {
      CHECK(studio.desk.patch() == before);
      CHECK_THAT(studio.ok("undo"), Contains("pan bass"));
    }
  }
  WHEN("it is to move them") {
    CHECK_THAT(studio.ok("auto_level target=-20 apply=yes"), Contains("-20.0 LUFS"));
    const synth::MixMeasure after = studio.measured();
    CHECK(after.loudness == Approx(-20).margin(0.3));
    CHECK(after.truePeak < -1);
    CHECK(synth::offBalance(after) < 0.2);
    for (const synth::MixTrack& its : after.tracks) CHECK(its.measure.balance() == Approx(0).margin(0.2));
    THEN("asked again there is nothing to be moved") {
      CHECK_THAT(studio.ok("auto_level target=-20 apply=yes"), Contains("-20.0 LUFS"));
      for (const auto& channel : synth::channelsOf(studio.desk.patch())) {
        const auto was = std::ranges::find(after.tracks, channel.name, [](const auto& t) { return t.strip.name; });
        if (was != after.tracks.end()) CHECK(channel.level == Approx(was->strip.level).margin(0.3));
      }
    }
    THEN("one undo takes all of it back") {
      CHECK_THAT(studio.ok("undo"), Contains("auto_level"));
      CHECK(studio.desk.patch() == before);
    }
  }
  WHEN("advice is asked for") {
    CHECK_THAT(studio.ok("advise"), Contains(" of 100: "));
    CHECK(studio.desk.patch() == before);
  }
}

SCENARIO("MIX-29 A loud mix is levelled with a limiter behind the master") {
  Studio studio;
  studio.ok("create kick");
  studio.ok("sequence kick: x...x...x...x...");
  studio.ok("play");
  studio.tone("bass", 60, 0.05);
  studio.ok("gain master -3");
  studio.hear(6);
  CHECK_THAT(studio.ok("auto_level target=-10 apply=yes"), Contains("with a limiter"));
  CHECK(studio.desk.patch().find("limiter-master") != nullptr);
  studio.hear(2);
  const synth::MixMeasure after = studio.measured();
  CHECK(after.loudness == Approx(-10).margin(0.5));
  CHECK(after.truePeak < -0.9);
}

SCENARIO("MIX-30 What cannot be judged is said in a sentence") {
  Studio studio;
  CHECK_THAT(studio.error("advise"), Contains("nothing is patched to out"));
  studio.tone("lead", 700, 0.1);
  studio.hear(1);
  CHECK_THAT(studio.error("advise"), Contains("let it play for"));
  CHECK_THAT(studio.error("auto_level apply=yes"), Contains("since the last change"));
  studio.ok("gain lead -120");
  studio.hear(kListen);
  CHECK_THAT(studio.error("advise"), Contains("silent"));
  CHECK_FALSE(studio.say("auto_level target=5").ok);
  CHECK_FALSE(studio.say("auto_level apply=maybe").ok);
}

SCENARIO("MIX-31 Programs read advice and levels by their keys") {
  Studio studio;
  studio.tone("bass", 60, 0.1);
  studio.tone("lead", 700, 0.4);
  const synth::MixReport report = studio.report();
  const auto advice = toJson(report.advice);
  REQUIRE(!advice["suggestions"].empty());
  for (const auto& its : advice["suggestions"]) {
    for (const char* key : {"type", "priority", "message", "measurement", "action"}) CHECK(its.contains(key));
    CHECK(its["measurement"]["value"].is_number());
    CHECK(its["measurement"]["unit"].is_string());
    CHECK(its["measurement"]["source"].is_string());
  }
  CHECK(advice["mix_quality_score"] >= 0);
  CHECK(advice["mix_quality_score"] <= 100);
  const auto levels = toJson(report.levels);
  CHECK(levels.size() == 2);
  CHECK(levels["bass"]["gain_db"].is_number());
  CHECK(levels["lead"]["pan"].is_number());
  CHECK(outcomeJson(report.levels)["loudness"] == Approx(-16).margin(0.2));
}

}  // namespace antiphon
