// Levels that are found for tracks.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "synth/mix/report.hpp"
#include "tests/support/tracks.hpp"

namespace antiphon::synth {
namespace {

#ifdef ANTIPHON_SANITIZED
constexpr int kTrials = 2;
#else
constexpr int kTrials = 8;
#endif

double gain(double decibels) { return std::pow(10, decibels / 20); }

/// A kick, a bass, a hat and a lead, so much louder than they were.
std::vector<NamedTrack> band(const std::vector<double>& louder) {
  std::vector<NamedTrack> tracks{{"kick", toneTrack(60, 0.6, 0.6, 4, 0.12, 0.5)},
                                 {"bass", toneTrack(80, 0.15, 0.15)},
                                 {"hat", toneTrack(9000, 0.2, 0.2, 4, 0.03, 0.25)},
                                 {"lead", toneTrack(700, 0.1, 0.12)}};
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    for (float& sample : tracks[i].sound.left) sample *= static_cast<float>(gain(louder[i]));
    for (float& sample : tracks[i].sound.right) sample *= static_cast<float>(gain(louder[i]));
  }
  return tracks;
}

struct Outcome {
  double loudness = 0, truePeak = 0;
  std::int64_t frames = 0;
};

Outcome heard(Stems& stems, const Levelled& levels) {
  Programme programme{stems.rate()};
  Outcome all;
  sum(stems, levels, [&](std::span<const float> left, std::span<const float> right) {
    programme.hear(left, right);
    all.frames += static_cast<std::int64_t>(left.size());
  });
  all.loudness = programme.loudness();
  all.truePeak = programme.truePeak();
  return all;
}

}  // namespace

SCENARIO("MIX-13 Whatever the gains were, levels bring the same mix, as loud as was asked for") {
  SoundStems as = stemsOf(band({0, 0, 0, 0}));
  const Levelled fair = report(as, {.advice = false}).levels;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> thrown;
    for (int i = 0; i < 4; ++i) thrown.push_back(12 * static_cast<double>(hiss(trial, 2 * i)));
    const double target = -23 + 8 * std::abs(static_cast<double>(hiss(trial, 1)));
    CAPTURE(trial, thrown, target);
    SoundStems stems = stemsOf(band(thrown));
    const Levelled levels = report(stems, {.target = target, .advice = false}).levels;
    const Outcome all = heard(stems, levels);
    CHECK(all.loudness == Approx(target).margin(0.2));
    CHECK(all.truePeak < -1);
    CHECK(all.loudness == Approx(levels.loudness).margin(0.05));
    for (std::size_t i = 1; i < thrown.size(); ++i) {
      const double apart = levels.tracks[i].gain + thrown[i] - levels.tracks[0].gain - thrown[0];
      CHECK(apart == Approx(fair.tracks[i].gain - fair.tracks[0].gain).margin(0.1));
    }
  }
}

SCENARIO("MIX-14 Peaks that do not fit are held by a limiter, and the sum is as long as the stems") {
  SoundStems stems = stemsOf(band({6, -6, 6, -6}));
  const Levelled levels = report(stems, {.target = -9, .advice = false}).levels;
  REQUIRE(levels.ceiling.has_value());
  CHECK(levels.limited > 1);
  const Outcome all = heard(stems, levels);
  CHECK(all.frames == 4 * 48000);
  CHECK(all.truePeak < -1);
  CHECK(all.loudness == Approx(-9).margin(0.5));
}

SCENARIO("MIX-15 What is silent stays where it is, and what is low goes to the middle") {
  std::vector<NamedTrack> tracks = band({0, 0, 0, 0});
  tracks.push_back({"pad", toneTrack(300, 0, 0)});
  tracks[1].sound = toneTrack(80, 0.05, 0.2);
  SoundStems stems = stemsOf(tracks);
  const Levelled levels = report(stems, {.advice = false}).levels;
  CHECK(levels.tracks[4].gain == 0);
  CHECK(levels.tracks[4].pan == 0);
  CHECK(levels.tracks[3].pan == 0);
  CHECK(levels.tracks[1].pan < -0.3);
  const auto sides = sidesAt(levels.tracks[1].pan);
  CHECK(0.05 * sides[0] == Approx(0.2 * sides[1]).epsilon(0.01));
}

SCENARIO("MIX-16 One track is levelled by itself") {
  SoundStems stems = stemsOf({{"voice", toneTrack(500, 0.01, 0.01)}});
  const MixReport one = report(stems, {.target = -18});
  CHECK(heard(stems, one.levels).loudness == Approx(-18).margin(0.1));
  CHECK(one.advice.masking == 0);
}

SCENARIO("MIX-17 What is no more wanted is not measured to its end") {
  SoundStems stems = stemsOf(band({0, 0, 0, 0}));
  std::stop_source stop;
  double reached = 0;
  const MixWatch watch{stop.get_token(), [&](double share) {
                         reached = share;
                         if (share > 0.3) stop.request_stop();
                       }};
  CHECK_THROWS_AS(report(stems, {}, watch), MixCancelled);
  CHECK(reached < 0.5);
}

SCENARIO("MIX-18 A target that is none is refused in a sentence") {
  SoundStems stems = stemsOf(band({0, 0, 0, 0}));
  CHECK_THROWS_WITH(report(stems, {.target = 3}), Catch::Matchers::Contains("-40 .. -6 LUFS, not to 3"));
  CHECK_THROWS_AS(report(stems, {.target = std::nan("")}), MixError);
  SoundStems silent = stemsOf({{"a", toneTrack(300, 0, 0)}, {"b", toneTrack(300, 0, 0)}});
  CHECK_THROWS_WITH(report(silent), "all tracks are silent: there is nothing to mix");
  SoundStems none = stemsOf({});
  CHECK_THROWS_AS(report(none), MixError);
}

}  // namespace antiphon::synth
