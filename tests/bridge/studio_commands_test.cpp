#include "bridge/studio_commands.hpp"

#include <rapidcheck.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "tests/support/hearing.hpp"
#include "tests/support/typed_studio.hpp"

namespace antiphon {
namespace {

using synth::loudest;
using synth::toneIn;

using Catch::Matchers::Contains;

using Studio = TypedStudio;
constexpr int kRate = Studio::kRate;

/// In these frames, what is below (or above) this pitch.
double power(const std::vector<float>& sound, std::size_t from, std::size_t count, double hertz, bool above) {
  const double a = 1 - std::exp(-2 * std::numbers::pi * hertz / kRate);
  double low1 = 0, low2 = 0, sum = 0;
  for (std::size_t i = from; i < from + count; ++i) {
    const auto x = static_cast<double>(sound[i]);
    low1 += a * (x - low1);
    low2 += a * (low1 - low2);
    const double y = above ? x - low1 : low2;
    sum += y * y;
  }
  return sum / static_cast<double>(count);
}

SCENARIO("A deep groove is typed, and heard") {
  GIVEN("a kick, a hi-hat off the beat, and a bass") {
    Studio studio;
    studio.ok("create kick freq=60 decay=0.5");
    studio.ok("create hihat noise=white decay=0.05");
    CHECK_THAT(studio.ok("sequence kick: x...x...x...x..."), Contains("play kick"));
    studio.ok("sequence hihat: ..x...x...x...x.");
    WHEN("nobody has said play") {
      THEN("nothing is heard") { CHECK(loudest(studio.hear(1)) < 1e-4); }
    }
    WHEN("it is played") {
      studio.ok("play");
      const auto drums = studio.hear(4);
      THEN("the kick is on the beats, and the hats are between them") {
        for (std::size_t beat = 0; beat < 8; ++beat) {
          CAPTURE(beat);
          const std::size_t on = beat * 24000, off = on + 12000;
          CHECK(power(drums, on, 2400, 200, false) > 30 * power(drums, off, 2400, 200, false));
          CHECK(power(drums, off, 1200, 5000, true) > 30 * power(drums, off - 1300, 1200, 5000, true));
          CHECK(loudest(std::span<const float>{drums}.subspan(on, 480)) > 0.1);
        }
      }
      AND_WHEN("a bass joins them") {
        studio.ok("mute kick");
        studio.ok("mute hihat");
        studio.ok("create bass osc=saw filter=lowpass cutoff=500");
        studio.ok("melody bass: C2 C2 G2 Eb2");
        CHECK(loudest(std::span<const float>{studio.hear(2)}.subspan(24000)) < 1e-3);
        studio.ok("play all");
        const auto bass = studio.hear(2);
        THEN("it plays what is written, on the bar") {
          const std::array<double, 4> wanted{65.406, 65.406, 97.999, 77.782};
          for (std::size_t note = 0; note < wanted.size(); ++note) {
            const auto sound = std::span<const float>{bass}.subspan(note * 24000 + 4000, 18000);
            for (const double other : {65.406, 77.782, 97.999}) {
              CAPTURE(note, wanted[note], other);
              if (other == wanted[note]) CHECK(toneIn(sound, other) > 0.02);
              else CHECK(toneIn(sound, other) < 0.5 * toneIn(sound, wanted[note]));
            }
          }
        }
      }
    }
  }
}

SCENARIO("An instrument is taken away and made again while its pattern plays") {
  GIVEN("a kick that plays") {
    Studio studio;
    studio.ok("create kick");
    studio.ok("sequence kick x...");
    studio.ok("play kick");
    CHECK(loudest(studio.hear(1)) > 0.1);
    WHEN("it is removed") {
      studio.ok("remove kick");
      studio.hear(2);
      CHECK(loudest(studio.hear(1)) < 1e-3);
      CHECK_THAT(studio.ok("patterns"), Contains("kick: x...") && Contains("there is no kick"));
      THEN("whoever plays it is told so, and the others play") {
        CHECK_THAT(studio.error("play kick"), Contains("kick"));
        CHECK_THAT(studio.error("play"), Contains("there is no kick"));
        studio.ok("create snare");
        studio.ok("sequence snare x.x.");
        CHECK(studio.ok("play") == "play: snare; there is no kick");
        CHECK(loudest(studio.hear(1)) > 0.01);
      }
      THEN("a new kick is heard as soon as it is played") {
        studio.ok("create kick");
        CHECK_THAT(studio.ok("patterns"), !Contains("there is no"));
        CHECK(studio.ok("play kick") == "kick plays");
        studio.hear(1);
        CHECK(loudest(studio.hear(1)) > 0.1);
      }
      THEN("a bass of that name plays on in its place") {
        studio.ok("create kick bass");
        studio.ok("patch kick > out");
        CHECK(loudest(studio.hear(1)) > 0.01);
      }
    }
  }
}

SCENARIO("Effects are put behind an instrument") {
  GIVEN("a short bass that plays once in two bars") {
    Studio studio;
    studio.ok("create bass attack=1ms release=10ms");
    studio.ok("melody bass: A2 .:7");
    studio.ok("play");
    const auto dry = studio.hear(4);
    WHEN("a reverb and then a filter are added") {
      CHECK(studio.ok("add reverb to bass amount=0.5 decay=3s") == "reverb-bass is behind bass");
      const auto wet = studio.hear(4);
      studio.ok("add ladder to bass cutoff=200hz");
      THEN("its tail is heard, and the filter stands behind the reverb") {
        const auto tail = [](const std::vector<float>& sound) {
          return loudest(std::span<const float>{sound}.subspan(72000, 24000));
        };
        CHECK(tail(dry) < 1e-3);
        CHECK(tail(wet) > 0.003);
        CHECK_THAT(studio.ok("show ladder-bass"), Contains("reverb-bass.out > ladder-bass.in"));
        CHECK_THAT(studio.ok("show out"), Contains("ladder-bass.out > out.in") && !Contains("bass-"));
      }
    }
  }
  GIVEN("what cannot be added") {
    Studio studio;
    studio.ok("create bass");
    CHECK_THAT(studio.error("add saw to bass"), Contains("'saw' is no effect; there are") && Contains("reverb"));
    CHECK_THAT(studio.error("add reverb to nobody"), Contains("nobody"));
    CHECK_THAT(studio.error("add reverb bass"), Contains("add EFFECT to NAME"));
    CHECK_THAT(studio.error("add reverb to bass size=enormous"), Contains("reverb-bass.size"));
    CHECK(studio.desk.patch().find("reverb-bass") == nullptr);
  }
}

SCENARIO("A pattern is changed while it plays") {
  GIVEN("a bass that holds one note for each bar") {
    Studio studio;
    studio.ok("create bass attack=1ms release=10ms");
    studio.ok("melody bass: A2:4");
    studio.ok("play");
    studio.hear(0.5);
    WHEN("another is written in the middle of the bar") {
      studio.ok("melody bass: E3:4");
      const auto rest = studio.hear(1.5), next = studio.hear(2);
      THEN("the note is played to the bar's end, and then the other") {
        CHECK(toneIn(std::span<const float>{rest}.subspan(48000, 20000), 110) > 0.02);
        CHECK(toneIn(std::span<const float>{next}.subspan(24000, 24000), 164.81) > 0.02);
        CHECK(toneIn(std::span<const float>{next}.subspan(24000, 24000), 110) < 0.003);
      }
    }
    WHEN("changes come with the beat") {
      studio.ok("quantize beat");
      studio.ok("melody bass: E3");
      const auto next = studio.hear(1);
      THEN("it is there with the next one, and the note that was begun ends where it was to end") {
        CHECK(toneIn(std::span<const float>{next}.subspan(8000, 14000), 164.81) > 0.02);
      }
    }
    WHEN("it is told to stop") {
      studio.ok("stop");
      studio.hear(2.5);
      THEN("it is silent from the next bar on") { CHECK(loudest(studio.hear(1)) < 1e-3); }
    }
  }
}

SCENARIO("Keys that lead nowhere yet are given a pattern") {
  GIVEN("a keyboard that nothing hears") {
    Studio studio;
    studio.ok("create k keys");
    studio.ok("melody k: C2 C5");
    studio.ok("play");
    THEN("which keys are held is no sound") { CHECK(loudest(studio.hear(1)) < 1e-6); }
  }
}

SCENARIO("A drum's pads are taken away") {
  GIVEN("a kick that has played, and whose pads are gone") {
    Studio studio;
    studio.ok("create kick");
    studio.ok("sequence kick: x...");
    studio.ok("quantize now");
    studio.ok("play");
    studio.ok("stop");
    studio.ok("remove pads-kick");
    THEN("play gives it others") {
      studio.ok("play kick");
      CHECK(loudest(studio.hear(1)) > 0.1);
    }
  }
}

TEST_CASE("what cannot be played is answered with what can", "[studio]") {
  Studio studio;
  studio.ok("create kick");
  studio.ok("create v saw");
  CHECK_THAT(studio.error("sequence snare: x..."), Contains("snare"));
  CHECK_THAT(studio.error("sequence v: x..."), Contains("v is a saw, which is not played"));
  CHECK_THAT(studio.error("sequence kick: x..y"), Contains("not 'y'"));
  CHECK_THAT(studio.error("sequence kick:"), Contains("nothing is written"));
  CHECK_THAT(studio.error("sequence kick 1/5x: x"), Contains("a step is written like 1/16"));
  CHECK_THAT(studio.error("play"), Contains("nothing is written"));
  CHECK_THAT(studio.error("play kick"), Contains("nothing is written for kick"));
  CHECK_THAT(studio.error("vary kick"), Contains("nothing is written for kick"));
  CHECK_THAT(studio.error("euclid kick 5 4"), Contains("more hits than steps"));
  CHECK_THAT(studio.error("swing 80"), Contains("50..75"));
  CHECK_THAT(studio.error("humanize 1s"), Contains("0ms to 50ms"));
  CHECK(studio.sequences.all().empty());
}

TEST_CASE("a pattern is written in all the ways that people write", "[studio]") {
  Studio studio;
  studio.ok("create kick");
  studio.ok("create bass");
  const auto written = [&](std::string_view line) {
    studio.ok(line);
    const auto& all = studio.sequences.all().back().written;
    return all.text + " " + synth::nameOf(all.step);
  };
  CHECK(written("sequence kick: x...x...") == "x...x... 1/16");
  CHECK(written("sequence kick x...") == "x... 1/16");
  CHECK(written("sequence kick 1/8t: x.. x..") == "x.. x.. 1/8t");
  CHECK_THAT(studio.error("sequence kick: 1/8 x."), Contains("not '/'"));  // behind the colon it is music
  CHECK(written("SEQUENCE kick 1/4 : x") == "x 1/4");
  CHECK(written("euclid kick 5 16") == "x...x..x..x..x.. 1/16");
  CHECK(written("euclid kick 3 8 turn=1 step=1/8") == ".x..x..x 1/8");
  CHECK(written("melody bass: [C3 E3 G3]:2 .:2") == "[C3 E3 G3]:2 .:2 1/4");
  CHECK(written("arp bass up 1/8 2oct") == "C3 E3 G3 C4 . . . . 1/8");
  CHECK(written("melody bass 1/8: C3:2 E3/50") == "C3:2 E3/50 1/8");
  const std::string before = written("random bass 0.5 seed=4");
  CHECK(before == written("random bass 0.5 seed=4"));
  CHECK(before != written("random bass 0.5 seed=5"));
}

TEST_CASE("whatever is typed into a studio, it answers in a sentence and plays on", "[studio]") {
  const std::vector<std::string> words{
      "create",      "undo",    "redo",   "sequence", "melody",  "euclid",     "random",   "vary",       "arp",
      "play",        "stop",    "mute",   "solo",     "swing",   "humanize",   "quantize", "add",        "remove",
      "patch",       "unpatch", "set",    "clear",    "note",    "patterns",   "list",     "show",       "kick",
      "kick:",       "bass",    "bass:",  "drums",    "out",     "reverb",     "to",       "pads-kick",  "saw",
      "reverb-bass", ">",       "all",    "off",      "on",      "now",        "beat",     "x...",       "X-3.|",
      "C2",          "[C2",     "Eb3]:2", "[C3]/9",   ".",       "-",          "1/8t",     "1/16",       "5",
      "16",          "0.4",     "2oct",   "seed=3",   "turn=-2", "mix=0.5",    "osc=saw",  "kick.decay", "8ms",
      "voices=3",    "\"",      "up",     "=",        "::",      "bass.cutoff"};
  REQUIRE(rc::check("lines of known words", [&] {
    Studio studio;
    for (const char* line :
         {"create kick", "create bass", "create drums", "sequence kick: x...", "melody bass: C2 [E2 G2]"})
      RC_ASSERT(studio.table.run(line).ok);
    const int lines = *rc::gen::inRange(1, 40);
    for (int i = 0; i < lines; ++i) {
      const auto some = *rc::gen::resize(6, rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(words)));
      std::string line = *rc::gen::elementOf(words);
      for (const std::string& word : some) line += " " + word;
      const Command::Reply reply = studio.say(line);
      RC_LOG() << line << " -> " << reply.text << "\n";
      RC_ASSERT(reply.ok || !reply.text.empty());
      RC_ASSERT(reply.text.find(" failed: ") == std::string::npos);
      for (const float sample : studio.hear(0.02)) RC_ASSERT(std::abs(sample) <= 1.0f);
    }
    for (const auto& sequence : studio.sequences.all()) RC_ASSERT(patternOf(sequence.written, 60).length > Tick{});
  }));
}

TEST_CASE("at most so many patterns play at once, and one that ends makes room", "[studio]") {
  Studio studio;
  for (int i = 0; i <= synth::Sequencer::kMostTracks; ++i) {
    const std::string name = "k" + std::to_string(i);
    studio.ok("create " + name + " kick");
    studio.ok("sequence " + name + ": x...");
  }
  CHECK_THAT(studio.error("play"), Contains("at most 64 patterns play at once"));
  studio.hear(0.1);
  studio.ok("quantize now");
  studio.ok("stop k3");
  studio.hear(0.1);
  studio.ok("play k64");
}

}  // namespace
}  // namespace antiphon
