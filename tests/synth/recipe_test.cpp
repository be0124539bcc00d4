#include "synth/recipe.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <string>

#include "tests/support/played.hpp"
#include "tests/support/sound_files.hpp"

using namespace antiphon::synth;
using Catch::Matchers::Contains;

namespace {

using Words = std::vector<PatchWord>;

std::string told(const std::string& name, const Words& words) {
  try {
    Patch patch;
    create(patch, name, words);
  } catch (const PatchError& error) {
    return error.what();
  }
  return "nothing";
}

double harmonicOf(const Ears& ears, int which) { return toneIn(part(ears.left, 12000, 36000), 110.0 * which); }
Ears a2(const std::string& name, const Words& words) { return Played{name, words}.note({0, 2, 45, 100}).hear(0.8); }

}  // namespace

SCENARIO("an instrument is made of what is said") {
  GIVEN("create bass osc=saw filter=lowpass cutoff=500") {
    const Ears dark = a2("bass", {{"osc", "saw"}, {"filter", "lowpass"}, {"cutoff", "500"}});
    const Ears bright = a2("bass", {{"osc", "saw"}, {"filter", "none"}});
    THEN("what is above is weaker, by 12 dB an octave, and what is below is not") {
      const double below = decibels(harmonicOf(dark, 1) / harmonicOf(bright, 1));
      const double octave =
          decibels(harmonicOf(dark, 20) / harmonicOf(dark, 10) * harmonicOf(bright, 10) / harmonicOf(bright, 20));
      CAPTURE(below, octave);
      CHECK(std::abs(below) < 1);
      CHECK(octave == Approx(-12).margin(1.5));
    }
  }
  GIVEN("every oscillator through every filter") {
    for (const char* osc : {"saw", "sine", "square", "triangle", "supersaw", "noise", "fm", "wavetable"}) {
      for (const char* filter : {"lowpass", "highpass", "bandpass", "notch", "ladder", "none"}) {
        CAPTURE(osc, filter);
        const Ears ears = Played{"x", {{"osc", osc}, {"filter", filter}}}.note({0, 1}).hear(0.15);
        CHECK(ears.peak() > 0.005);
        CHECK(ears.peak() < 0.9);
      }
    }
  }
  GIVEN("an envelope for the filter") {
    const Words words{{"osc", "saw"}, {"filter", "ladder"},    {"cutoff", "200hz"},
                      {"env", "4"},   {"filter_decay", "0.6"}, {"filter_sustain", "0"}};
    const Ears ears = a2("x", words);
    THEN("it opens, and shuts again") {
      const double early = toneIn(part(ears.left, 500, 3500), 1100), late = toneIn(part(ears.left, 33000, 36000), 1100);
      CAPTURE(decibels(early), decibels(late));
      CHECK(decibels(early / late) > 20);
    }
  }
  GIVEN("a drum, by its name alone") {
    Patch patch;
    create(patch, "kick", Words{{"freq", "60"}, {"decay", "0.5"}});
    create(patch, "hihat", Words{{"noise", "white"}, {"decay", "0.05"}});
    CHECK(patch.at("kick").type->name == "kick");
    CHECK(patch.at("hihat").type->name == "hihat");
  }
  GIVEN("a name that is an instrument's, and nothing of what it is made of") {
    Patch patch;
    create(patch, "bass", Words{{"cutoff", "700"}});
    CHECK(patch.instrument("bass")->recipe == "bass");
    CHECK(patch.sink("bass.cutoff").value() == 700);
  }
}

SCENARIO("a recording is an instrument: a voice whose oscillator is a sample") {
  const SoundFolder folder{"recording as an instrument"};
  std::vector<float> sound(48000);
  for (std::size_t f = 0; f < sound.size(); ++f)
    sound[f] = 0.5f * static_cast<float>(std::sin(2 * std::numbers::pi * 440 / 48000 * static_cast<double>(f)));
  const std::string file = folder.write("an a.wav", sound);  // with spaces in its name
  GIVEN("create choir voice osc=sample file=... root=a4 loop=held, and the key an octave lower") {
    Played choir{"voice", Words{{"osc", "sample"}, {"file", file}, {"root", "a4"}, {"loop", "held"}}};
    const Ears ears = choir.note({0, 1.5, 57, 100}).hear(2.5);
    THEN("it sounds there for as long as the key is held, and then is gone") {
      CHECK(toneIn(part(ears.left, 24000, 60000), 220) > 0.9 * rms(part(ears.left, 24000, 60000)));
      CHECK(rms(part(ears.left, 110000, 118000)) < 1e-4);
    }
  }
  GIVEN("no file, or one for an oscillator that plays none") {
    THEN("it is said what is missing, or too much") {
      CHECK_THAT(told("choir", {{{}, "voice"}, {"osc", "sample"}}), Contains("file=PATH"));
      CHECK_THAT(told("lead", {{{}, "voice"}, {"osc", "saw"}, {"file", file}}), Contains("has no 'file'"));
    }
  }
}

SCENARIO("a word that an instrument does not know is named, with the nearest that it knows") {
  CHECK_THAT(told("x", {{"osc", "swa"}}), Contains("x.osc is one of") && Contains("did you mean 'saw'"));
  CHECK_THAT(told("x", {{"osc", "saw"}, {"filter", "lopas"}}), Contains("did you mean 'lowpass'"));
  CHECK_THAT(told("x", {{"osc", "saw"}, {"cutof", "500"}}), Contains("did you mean 'cutoff'"));
  CHECK_THAT(told("x", {{"osc", "saw"}, {"flter", "none"}}), Contains("did you mean 'filter'"));
  CHECK_THAT(told("x", {{"osc", "saw"}, {"voices", "many"}}), Contains("whole number"));
  CHECK_THAT(told("x", {{"osc", "saw"}, {"cutoff", "99khz"}}), Contains("20000 Hz"));
  CHECK_THAT(told("x", {{"osc", "saw"}, {"", "loud"}}), Contains("a word too many"));
  CHECK_THAT(told("x", {{"", "basss"}}), Contains("did you mean 'bass'"));
  CHECK_THAT(told("x", {{"cutoff", "500"}}), Contains("Say create NAME TYPE"));
  CHECK_THAT(told("kick", {{"frq", "60"}}), Contains("did you mean 'freq'"));
}

SCENARIO("a recipe that says nothing is not followed") {
  const auto fails = [](const std::string& text) {
    Patch patch;
    CHECK_THROWS_AS(make(patch, "x", {"odd", "", text}, {}), PatchError);
    CHECK(patch.modules().size() == 1);
  };
  fails("dance now");
  fails("make a sine\ncc 7 level 0 1");
  fails("make a sine\nknob freq a.freq\ncc 120 freq 1 2");
  fails("osc=saw: make a sine");
  fails("make a $osc");
  fails("make a sine\nset a colour=red");
}
