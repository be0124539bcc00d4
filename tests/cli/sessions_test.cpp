// The sessions to begin with, docs/sessions, as somebody plays them who has just arrived.
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/cli/rendered.hpp"
#include "tests/support/onsets.hpp"

namespace antiphon::testing {
namespace {

using Catch::Matchers::Contains;
using synth::decibels;
using synth::Sound;

constexpr double kSeconds = 10;
#if defined(ANTIPHON_SANITIZED)
constexpr std::size_t kEvery = 4;  // everything takes many times as long
#else
constexpr std::size_t kEvery = 1;
#endif

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator{sessionFolder()}) {
    if (entry.path().extension() == ".studio") all.push_back(entry.path().stem().string());
  }
  std::ranges::sort(all);
  return all;
}

/// In dB, both ears together, in some seconds of it.
double levelOf(const synth::TwoEars& sound, double from, double to) {
  const auto a = static_cast<int>(from * 48000), b = static_cast<int>(to * 48000);
  const double left = synth::rms(synth::part(sound.left, a, b)), right = synth::rms(synth::part(sound.right, a, b));
  return decibels(std::hypot(left, right) / std::sqrt(2));
}

double peakOf(const synth::TwoEars& sound) { return std::max(synth::loudest(sound.left), synth::loudest(sound.right)); }

std::size_t timesIn(const std::string& text, const std::string& line) {
  std::size_t count = 0;
  std::istringstream in{text};
  for (std::string one; std::getline(in, one);) {
    if (one == line) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("every session is played as it is written, is heard, and sounds the same the second time", "[sessions]") {
  const Home home;
  const std::vector<std::string> all = names();
  REQUIRE(all.size() >= 10);
  for (std::size_t i = 0; i < all.size(); i += kEvery) {
    const std::string& name = all[i];
    const Lines lines = withoutOwnModules(session(name));
    const Rendered first = rendered(lines, kSeconds), second = rendered(lines, kSeconds);
    CAPTURE(name, first.result.out, first.result.err);
    REQUIRE(first.result.code == 0);
    CHECK((first.bytes == second.bytes));

    // In front of the safety limiter there is room left, but in the one that is played as it was once written.
    const double peak = decibels(peakOf(first.sound));
    CHECK(peak < (name == "deep_groove" ? -0.2 : -0.5));
    CHECK(peak > -12);
    CHECK(levelOf(first.sound, 0, kSeconds) > -30);
    for (double at = 0; at < kSeconds; at += 2) {
      CAPTURE(at);
      CHECK(levelOf(first.sound, at, at + 2) > -40);
    }
    // What waits for its bar is answered when it is written, and told when it is done.
    for (const std::string& line : lines) {
      if (!line.starts_with("at bar ")) continue;
      const std::size_t number = 7, end = line.find(' ', number);
      CAPTURE(line);
      CHECK(timesIn(first.result.out, "bar " + line.substr(number, end - number) + ": " + line.substr(end + 1)) == 2);
    }
  }
}

TEST_CASE("a session is short, says what it is about, and has no line that the studio does not know", "[sessions]") {
  const Home home;
  const std::string about = contents(std::string{ANTIPHON_DOCS} + "/studio.md");
  for (const std::string& name : names()) {
    CAPTURE(name);
    CHECK_THAT(about, Contains("(sessions/" + name + ".studio)"));
    const std::string text = contents((sessionFolder() / (name + ".studio")).string());
    const auto count = std::count(text.begin(), text.end(), '\n');
    CHECK(count >= 8);
    CHECK(count <= 25);
    if (name != "deep_groove") CHECK(text.starts_with("# "));
    const Lines lines = withoutOwnModules(session(name));
    std::string typed;
    for (const std::string& line : lines) typed += line + "\n";
    const Result studio = runAntiphon({"studio", "--device", "none", "--answerer", "echo"}, typed);
    CAPTURE(studio.out);
    CHECK(studio.code == 0);
    CHECK_THAT(studio.out, !Contains("\nerror"));
    std::size_t answers = 0;
    std::istringstream in{studio.out};
    for (std::string line; std::getline(in, line);) answers += line == "ok" || line.starts_with("ok ") ? 1u : 0u;
    CHECK(answers == lines.size());
  }
}

SCENARIO("STUDIO-5 A build-up grows, bar by bar") {
  const Home home;
  const Rendered made = rendered(session("build_up"), kSeconds);
  REQUIRE(made.result.code == 0);
  constexpr double kBar = 4 * 60 / 128.0;
  const Sound low = synth::parted(made.sound.left, 100, false), high = synth::parted(made.sound.left, 7000, true);
  const auto level = [](const Sound& sound, double from, double to) {
    return decibels(synth::rms(synth::part(sound, static_cast<int>(from * 48000), static_cast<int>(to * 48000))));
  };
  THEN("the hats come with the second bar, and the kick with the third") {
    CHECK(level(high, kBar, 2 * kBar) > level(high, 0, kBar) + 20);
    CHECK(level(low, 2 * kBar, 2 * kBar + 0.1) > level(low, kBar, kBar + 0.1) + 8);
  }
  AND_THEN("all of it is there with the fifth") {
    const Sound middle = synth::parted(made.sound.left, 400, true);
    CHECK(level(middle, 4 * kBar, 5 * kBar) > level(middle, 2 * kBar, 3 * kBar) + 3);
  }
}

SCENARIO("STUDIO-6 Bars of seven eighths are as long as that") {
  const Home home;
  Lines kick{"tempo 160", "meter 7/8", "create kick freq=60 decay=0.3"};
  for (const std::string& line : session("seven_eight")) {
    if (line.starts_with("sequence kick") || line == "play") kick.push_back(line);
  }
  const Rendered made = rendered(kick, 6);
  REQUIRE(made.result.code == 0);
  constexpr double kEighth = 60 / 160.0 / 2;
  std::vector<double> wanted;
  for (double bar = 0; bar * 7 * kEighth < 6; ++bar) {
    for (const double eighth : {0.0, 4.0}) wanted.push_back((bar * 7 + eighth) * kEighth);
  }
  std::erase_if(wanted, [](double at) { return at >= 5.99; });
  const auto heard = synth::onsets(made.sound.left, -20);
  REQUIRE(heard.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(heard[i] == Approx(wanted[i]).margin(0.006));
}

}  // namespace antiphon::testing
