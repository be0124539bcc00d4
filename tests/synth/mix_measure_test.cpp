// What is measured of tracks, and what follows from it by arithmetic alone.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include "synth/mix/advice.hpp"
#include "synth/mix/masking.hpp"
#include "tests/support/tracks.hpp"

namespace antiphon::synth {
namespace {

double powerOf(const Barks& barks) {
  double sum = 0;
  for (const float power : barks) sum += static_cast<double>(power);
  return sum;
}

const Suggestion* find(const Advice& advice, const std::string& type) {
  const auto found = std::ranges::find(advice.suggestions, type, &Suggestion::type);
  return found == advice.suggestions.end() ? nullptr : &*found;
}

}  // namespace

SCENARIO("MIX-7 A track is measured"){
    GIVEN("1 kHz at -20 dB in the middle"){const MixMeasure mix = mixOf({{"lead", toneTrack(1000, 0.1, 0.1)}});
const TrackMeasure& its = mix.tracks[0].measure;
CHECK(its.loudness == Approx(-20).margin(0.15));
CHECK(its.momentary == Approx(-20).margin(0.15));
CHECK(its.truePeak == Approx(-20).margin(0.05));
CHECK(its.crest == Approx(3.01).margin(0.1));
CHECK(its.balance() == Approx(0).margin(0.01));
CHECK(its.width == Approx(0).margin(1e-9));
CHECK(its.sounding == 1);
CHECK(barkAt(its.middle) == barkAt(1000));
CHECK(mix.seconds == Approx(4));
CHECK(mix.truePeak == Approx(-20).margin(0.05));
THEN("its power lies in its own band, as large as it is") {
  const Barks& moment = its.moments[its.moments.size() / 2];
  CHECK(powerOf(moment) == Approx(0.005).epsilon(0.02));
  CHECK(moment[barkAt(1000)] > 0.99 * powerOf(moment));
}
}  // namespace antiphon::synth
GIVEN("one side twice as loud") {
  const MixMeasure mix = mixOf({{"lead", toneTrack(1000, 0.1, 0.2)}});
  CHECK(mix.tracks[0].measure.balance() == Approx(6.02).margin(0.02));
  CHECK(mix.tracks[0].measure.width == Approx(0.1).margin(0.001));
}
GIVEN("a short stroke each second") {
  const MixMeasure mix = mixOf({{"x", toneTrack(1000, 0.5, 0.5, 6, 0.1, 1)}});
  CHECK(mix.tracks[0].measure.sounding < 0.25);
  CHECK(mix.tracks[0].measure.crest < 5);
  CHECK(isStruck(mix.tracks[0].role));
}
#ifndef ANTIPHON_SANITIZED
GIVEN("what lasts longer than there is room for moments") {
  const MixMeasure mix = mixOf({{"a", toneTrack(300, 0.1, 0.1, 50)}, {"b", toneTrack(300, 0.1, 0.1, 50, 1, 2)}});
  const auto& one = mix.tracks[0].measure.moments;
  const auto& other = mix.tracks[1].measure.moments;
  CHECK(one.size() == other.size());
  CHECK(one.size() <= TrackMeasure::kMostMoments);
  CHECK(one.size() > TrackMeasure::kMostMoments / 4);
}
#endif
}

SCENARIO("MIX-8 Names tell what a track plays, and where they do not its sound does") {
  const TrackMeasure none;
  CHECK(roleOf("Kick_in", none, false) == Role::kick);
  CHECK(roleOf("bass drum", none, false) == Role::kick);
  CHECK(roleOf("E-Bass", none, false) == Role::bass);
  CHECK(roleOf("LeadVox", none, false) != Role::voice);  // one word
  CHECK(roleOf("lead vox 2", none, false) == Role::voice);
  CHECK(roleOf("hall", none, false) == Role::effect);
  CHECK(roleOf("bass", none, true) == Role::effect);  // a bus is one whatever it is called
  CHECK(mixOf({{"one", toneTrack(55, 0.3, 0.3)}}).tracks[0].role == Role::bass);
  CHECK(mixOf({{"one", toneTrack(700, 0.3, 0.3)}}).tracks[0].role == Role::pad);
}

SCENARIO("MIX-9 Who is covered") {
  GIVEN("a quiet tone beside a loud one in the same band") {
    const double covered =
        Masking{mixOf({{"a", toneTrack(1000, 0.3, 0.3)}, {"b", toneTrack(1010, 0.01, 0.01)}})}.figure();
    const double apart =
        Masking{mixOf({{"a", toneTrack(1000, 0.3, 0.3)}, {"b", toneTrack(6000, 0.01, 0.01)}})}.figure();
    const double late = Masking{
        mixOf({{"a", toneTrack(1000, 0.3, 0.3, 4, 0.5, 1)},
               {"b", [] {
                  auto rest = toneTrack(1010, 0.01, 0.01, 4.5, 0.5, 1);
                  rest.left.erase(rest.left.begin(), rest.left.begin() + 24000);
                  rest.right.erase(rest.right.begin(), rest.right.begin() + 24000);
                  return rest;
                }()}})}.figure();
    CHECK(covered > 0.15);
    CHECK(apart < 0.05);
    THEN("not when it comes where the loud one rests") { CHECK(late < 0.5 * covered); }
  }
  GIVEN("a track by itself") { CHECK(Masking{mixOf({{"a", hissTrack(0.1)}})}.figure() == 0); }
  GIVEN("what is told of pairs") {
    const MixMeasure mix = mixOf({{"a", toneTrack(1000, 0.3, 0.3)}, {"b", toneTrack(1010, 0.01, 0.01)}});
    const auto worst = Masking{mix}.worst(3);
    REQUIRE(!worst.empty());
    CHECK(worst[0].covered == 1);
    CHECK(worst[0].covering == 0);
    CHECK(worst[0].band == barkAt(1000));
  }
  THEN("what an equaliser will do is foretold: quieter there by as much, the figure is the one that is measured then") {
    REQUIRE(rc::check([] {
      MixMeasure mix;
      for (int t = 0; t < 3; ++t) {
        MixTrack track;
        for (int m = 0; m < 20; ++m) {
          Barks barks;
          for (float& power : barks) power = static_cast<float>(std::pow(10, -*rc::gen::inRange(10, 60) / 10.0));
          track.measure.moments.push_back(barks);
        }
        mix.tracks.push_back(track);
      }
      const auto changed = static_cast<std::size_t>(*rc::gen::inRange(0, 3));
      const ToneBand band{ToneBand::Form::peak, *rc::gen::inRange(60, 9000) * 1.0, -4, 1};
      Masking masking{mix};
      const double now = masking.figure(), foretold = masking.figureIf(changed, band.powers());
      masking.apply(changed, band.powers());
      RC_ASSERT(std::abs(masking.figure() - foretold) < 1e-5);
      RC_ASSERT(now >= 0 && now <= 1 && foretold >= 0 && foretold <= 1);
    }));
  }
}

SCENARIO("MIX-10 A band of the equaliser is what the module does") {
  const ToneBand::Form form = GENERATE(ToneBand::Form::lowShelf, ToneBand::Form::peak, ToneBand::Form::highShelf);
  const char* const band = form == ToneBand::Form::lowShelf ? "low" : form == ToneBand::Form::peak ? "peak1" : "high";
  const ToneBand tone{form, 900, -6, 0.8};
  for (const double hertz : {100.0, 500.0, 900.0, 2000.0, 8000.0}) {
    Alone eq{"eq"};
    eq.set(std::string{band} + "_freq", 900).set(std::string{band} + "_gain", -6).set(std::string{band} + "_q", 0.8);
    eq.feed("in", [hertz](int frame, int) { return 0.1f * sine(frame, hertz); });
    const Sound out = eq.play(14400)[0];
    const double heard = toneIn(part(out, 4800, 14400), hertz) / 0.1;
    INFO(band << " at " << hertz);
    CHECK(10 * std::log10(tone.powerAt(hertz)) == Approx(decibels(heard)).margin(0.1));
  }
}

SCENARIO("MIX-11 The score says where its points went") {
  std::vector<NamedTrack> tracks{{"bass", toneTrack(60, 0.05, 0.05)}, {"lead", toneTrack(900, 0.09, 0.09)}};
  const MixMeasure fair = mixOf(tracks);
  add(tracks[1].sound, toneTrack(1800, 0.6, 0.02));
  const MixMeasure worse = mixOf(tracks);
  for (const MixMeasure* mix : {&fair, &worse}) {
    const Score score = adviceOn(*mix, -20).score;
    double points = 100;
    for (const Deduction& rule : score.deductions) points -= rule.points;
    CHECK(score.deductions.size() == 8);
    CHECK(score.points == Approx(points));
    CHECK(score.points >= 0);
  }
  CHECK(adviceOn(worse, -20).score.points < adviceOn(fair, -20).score.points - 5);
}

SCENARIO("MIX-12 Each thing amiss is found by what it measures") {
  GIVEN("a lead that is far too loud") {
    const Advice advice = adviceOn(mixOf({{"bass", toneTrack(60, 0.05, 0.05)}, {"lead", toneTrack(900, 0.7, 0.7)}}));
    REQUIRE(find(advice, "gain") != nullptr);
    CHECK(find(advice, "gain")->measurement.unit == "dB");
  }
  GIVEN("two that fill the low end at the same time") {
    const Advice advice = adviceOn(mixOf({{"bass", toneTrack(60, 0.2, 0.2)}, {"pad", toneTrack(70, 0.2, 0.2)}}));
    REQUIRE(find(advice, "low_end") != nullptr);
    CHECK(find(advice, "low_end")->action.starts_with("add eq to pad "));
    CHECK(find(advice, "low_end")->action.find("low_freq=120 low_gain=-6") != std::string::npos);
  }
  GIVEN("the same by turns") {
    auto pad = toneTrack(70, 0.2, 0.2, 5, 0.4, 1);
    pad.left.erase(pad.left.begin(), pad.left.begin() + 24000);
    pad.right.erase(pad.right.begin(), pad.right.begin() + 24000);
    auto bass = toneTrack(60, 0.2, 0.2, 4.5, 0.4, 1);
    const Advice advice = adviceOn(mixOf({{"bass", bass}, {"pad", pad}}));
    CHECK(find(advice, "low_end") == nullptr);
  }
  GIVEN("a voice that hisses and one that is harsh") {
    auto voice = toneTrack(900, 0.1, 0.1);
    add(voice, toneTrack(7000, 0.2, 0.2, 4, 0.2, 1));
    auto other = toneTrack(900, 0.02, 0.02);
    add(other, toneTrack(3400, 0.2, 0.2));
    const Advice advice = adviceOn(mixOf({{"voice", voice}, {"lead", other}}));
    REQUIRE(find(advice, "sibilance") != nullptr);
    REQUIRE(find(advice, "harshness") != nullptr);
    CHECK(find(advice, "harshness")->action.find("_freq=3414") != std::string::npos);
  }
  GIVEN("a hat that hisses as hats do") {
    CHECK(find(adviceOn(mixOf({{"hat", toneTrack(8000, 0.1, 0.1)}, {"lead", toneTrack(900, 0.1, 0.1)}})),
               "sibilance") == nullptr);
  }
  GIVEN("what leans to a side") {
    const Advice advice = adviceOn(mixOf({{"lead", toneTrack(900, 0.02, 0.2)}, {"pad", toneTrack(500, 0.05, 0.05)}}));
    REQUIRE(find(advice, "stereo") != nullptr);
    CHECK(find(advice, "stereo")->action.starts_with("pan lead -"));
  }
  GIVEN("a lead whose strokes stand far out") {
    auto lead = toneTrack(900, 0.02, 0.02);
    add(lead, toneTrack(900, 0.8, 0.8, 4, 0.011, 2));
    const Advice advice = adviceOn(mixOf({{"lead", lead}, {"bass", toneTrack(60, 0.05, 0.05)}}));
    REQUIRE(find(advice, "compression") != nullptr);
    CHECK(find(advice, "compression")->action.starts_with("add compressor to lead threshold="));
  }
  GIVEN("peaks above full scale") {
    const Advice advice = adviceOn(mixOf({{"lead", toneTrack(900, 1.2, 1.2)}}));
    REQUIRE(find(advice, "headroom") != nullptr);
    CHECK(find(advice, "headroom")->priority == Priority::high);
    CHECK(advice.suggestions.front().priority == Priority::high);
  }
  GIVEN("one who is silent beside one who is not") {
    const Advice advice = adviceOn(mixOf({{"lead", toneTrack(900, 0.1, 0.1)}, {"pad", toneTrack(500, 0, 0)}}));
    CHECK(advice.notes == std::vector<std::string>{"pad is silent"});
  }
}

}  // namespace antiphon::synth
