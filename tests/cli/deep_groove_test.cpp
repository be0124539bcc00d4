// A deep groove, docs/sessions/deep_groove.studio: typed at a terminal, and listened to.
#include <array>
#include <catch2/catch.hpp>

#include "tests/cli/rendered.hpp"
#include "tests/cli/terminal.hpp"
#include "tests/support/onsets.hpp"

namespace antiphon::testing {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using synth::Sound;

constexpr double kBeat = 0.5;  // s, at 120 to the minute

Lines groove() { return withoutOwnModules(session("deep_groove")); }

Lines without(Lines lines, const std::string& word) {
  std::erase_if(lines, [&](const std::string& line) { return line.find(word) != std::string::npos; });
  return lines;
}
/// Who plays alone, and what is said afterwards.
Lines bassAlone(const Lines& more) {
  Lines lines = without(without(groove(), "kick"), "hihat");
  std::erase(lines, "play");
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

Sound heard(const Lines& lines, double seconds) {
  const Rendered made = rendered(lines, seconds);
  INFO(made.result.err);
  REQUIRE(made.result.code == 0);
  Sound both = made.sound.left;
  for (std::size_t i = 0; i < both.size(); ++i) both[i] = (both[i] + made.sound.right[i]) / 2;
  return both;
}

/// Strokes of the kick are louder below than a bass is.
std::vector<double> kicksIn(const Sound& sound) { return synth::onsets(synth::parted(sound, 150, false), -17, 6); }
std::vector<double> hatsIn(const Sound& sound) { return synth::onsets(synth::parted(sound, 7000, true), -24); }

void checkMoments(const std::vector<double>& found, double first, std::size_t count, double late) {
  std::string all;
  for (const double at : found) all += std::to_string(at) + " ";
  CAPTURE(all);
  REQUIRE(found.size() == count);
  for (std::size_t i = 0; i < count; ++i)
    CHECK(found[i] == Approx(first + static_cast<double>(i) * kBeat + late / 2).margin(late / 2 + 0.002));
}

/// The bass of each quarter, where the kick in it has died away.
void checkBass(const Sound& sound, int from, int to) {
  const std::array<double, 4> wanted{65.406, 65.406, 97.999, 77.782};  // C2 C2 G2 Eb2
  const Sound low = synth::parted(sound, 1000, false);
  for (int quarter = from; quarter < to; ++quarter) {
    const int at = static_cast<int>(quarter * kBeat * 48000);
    const double hertz = synth::pitchIn(synth::part(low, at + 13000, at + 23500), 40, 250);
    CAPTURE(quarter, hertz);
    CHECK(std::abs(1200 * std::log2(hertz / wanted[static_cast<std::size_t>(quarter) % 4])) < 30);
  }
}

void typeAll(const Lines& lines) {
  Terminal studio{{ANTIPHON_PROGRAM, "studio", "--device", "none", "--answerer", "echo"}};
  REQUIRE(studio.shows("on our own clock, 120 BPM", 10));
  for (const std::string& line : lines) {
    const std::string answer = studio.ask(line);
    CAPTURE(line, answer);
    CHECK((answer == "ok" || answer.starts_with("ok ")));
  }
  CHECK_THAT(studio.ask("quit"), StartsWith("ok"));
  CHECK(studio.wait(10) == 0);
}

}  // namespace

SCENARIO("STUDIO-2 A deep groove is typed at a terminal, and every answer is ok", "[real-time]") {
  const Home home;
  typeAll(groove());
  CHECK(std::filesystem::exists(home.path() / "patches" / "deep_groove.studio"));
}

SCENARIO("STUDIO-3 A deep groove is heard") {
  const Home home;
  GIVEN("two bars of it") {
    const Sound sound = heard(groove(), 4);
    THEN("the kick is on every beat, and nothing like it between them") { checkMoments(kicksIn(sound), 0, 8, 0.02); }
    THEN("the hats are between the beats, and not on them") { checkMoments(hatsIn(sound), kBeat / 2, 8, 0.004); }
    THEN("the bass plays C2 C2 G2 Eb2") { checkBass(sound, 0, 8); }
  }
  GIVEN("the same without the kick, and without the hats") {
    THEN("that is where they were heard") {
      CHECK(kicksIn(heard(without(groove(), "kick"), 4)).empty());
      CHECK(hatsIn(heard(without(groove(), "hihat"), 4)).empty());
    }
  }
  GIVEN("a bass that is told to stop") {
    const Lines bass = bassAlone({"wait 3.9", "stop"});
    const auto level = [](const Sound& sound, double from, double to) {
      return synth::decibels(
          synth::rms(synth::part(sound, static_cast<int>(from * 48000), static_cast<int>(to * 48000))));
    };
    const Sound wet = heard(bass, 7), dry = heard(without(bass, "add reverb"), 7);
    THEN("its room answers for a while, where it has one") {
      CHECK(level(wet, 3, 4) > -35);
      CHECK(level(wet, 5, 5.5) > -70);
      CHECK(level(wet, 5, 5.5) < level(wet, 4.3, 4.5) - 5);
      CHECK(level(wet, 6.5, 7) < level(wet, 5, 5.5) - 15);
      CHECK(level(dry, 3, 4) > -35);
      CHECK(level(dry, 5, 5.5) < -110);
    }
  }
}

SCENARIO("STUDIO-4 The patch of a deep groove is saved, and comes back bit by bit") {
  const Home home;
  const Rendered typed = rendered(groove(), 6);
  REQUIRE(typed.result.code == 0);
  const Rendered loaded = rendered({"load patch deep_groove", "sequence kick: x...x...x...x...",
                                    "sequence hihat: ..x...x...x...x.", "melody bass: C2 C2 G2 Eb2", "play all"},
                                   6);
  INFO(loaded.result.err);
  REQUIRE(loaded.result.code == 0);
  CHECK((loaded.bytes == typed.bytes));
  AND_THEN("another patch would be another sound") {
    const Rendered other =
        rendered({"load patch deep_groove", "set reverb-bass.decay 3s", "sequence kick: x...x...x...x...",
                  "sequence hihat: ..x...x...x...x.", "melody bass: C2 C2 G2 Eb2", "play all"},
                 6);
    REQUIRE(other.result.code == 0);
    CHECK_FALSE((other.bytes == typed.bytes));
  }
}

SCENARIO("STUDIO-2M All of a deep groove, with a module of one's own, is typed at a terminal", "[faust]") {
  const Home home;
  typeAll(session("deep_groove"));
  CHECK(std::filesystem::exists(home.path() / "modules" / "shimmer.dsp"));
}

SCENARIO("STUDIO-3M All of a deep groove is heard, its bass through a module of one's own", "[faust]") {
  const Home home;
  const Rendered whole = rendered(session("deep_groove"), 4), part = rendered(groove(), 4);
  INFO(whole.result.err);
  REQUIRE(whole.result.code == 0);
  CHECK_THAT(whole.result.out, Contains("shimmer: compiled in "));
  CHECK_FALSE((whole.bytes == part.bytes));
  const Sound sound = heard(session("deep_groove"), 4);  // and once more: the module is there, as it was written
  checkMoments(hatsIn(sound), kBeat / 2, 8, 0.004);
  CHECK(synth::loudest(sound) < 1);
}

SCENARIO("STUDIO-7 A session is pasted into a terminal, with its comments and its long lines", "[real-time]") {
  const Home home;
  Terminal studio{{ANTIPHON_PROGRAM, "studio", "--device", "none", "--answerer", "echo"}};
  REQUIRE(studio.shows("on our own clock, 120 BPM", 10));
  CHECK(studio.ask("# who keeps the beat\rcreate kick  # a drum") == "ok");
  std::string steps;
  for (int bar = 0; bar < 20; ++bar) steps += "x...x...x...x...";
  CHECK_THAT(studio.ask("sequence kick: " + steps), StartsWith("ok kick: " + steps));
  CHECK_THAT(studio.ask("sequence kick: " + std::string(5000, 'x')), StartsWith("error "));
  CHECK_THAT(studio.ask("patterns"), StartsWith("ok kick: " + steps));
  studio.ask("quit");
  CHECK(studio.wait(10) == 0);
}

}  // namespace antiphon::testing
