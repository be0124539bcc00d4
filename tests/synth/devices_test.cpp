#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "synth/desk.hpp"
#include "synth/engine.hpp"
#include "synth/null_device.hpp"

#if defined(__linux__) || defined(__APPLE__)
#include <fcntl.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#endif

using namespace antiphon::synth;
using namespace std::chrono_literals;

#if defined(__linux__) || defined(__APPLE__)
SCENARIO("looking for sound devices leaves the terminal alone") {
  GIVEN("a terminal that is written down") {
    std::string name = "/tmp/antiphon-quiet-XXXXXX";
    const int file = mkstemp(name.data());
    REQUIRE(file >= 0);
    std::fflush(nullptr);
    const int out = dup(1), err = dup(2);
    dup2(file, 1);
    dup2(file, 2);
    WHEN("devices are listed twice, and all is put away") {
      {
        const auto audio = systemAudio();
        audio->devices();
        audio->devices();
      }
      std::fflush(nullptr);
      dup2(out, 1);
      dup2(err, 2);
      for (const int open : {file, out, err}) close(open);
      std::stringstream text;
      text << std::ifstream{name}.rdbuf();
      unlink(name.c_str());
      THEN("nothing was said") { CHECK(text.str().empty()); }
    }
  }
}
#endif

TEST_CASE("without a device, time goes on", "[real-time]") {
  Desk desk{SampleRate{48000}};
  const auto audio = systemAudio();
  Engine engine{desk.machine(), *audio, {std::string{AudioWish::kNobody}, 128}};
  CHECK(engine.start() == std::vector<std::string>{"The synth plays to no device, as was asked: nobody hears it."});
  CHECK(engine.device() == "no device, 48000 Hz, 128 frames a period");
  const auto begun = antiphon::steadyNow();
  const Frame then = desk.machine().now();
  std::this_thread::sleep_for(1500ms);
  const double seconds = static_cast<double>((antiphon::steadyNow() - begun).count()) / 1e9;
  const auto frames = static_cast<double>(desk.machine().now() - then);
  CHECK(frames / 48000 == Approx(seconds).margin(0.05));
  CHECK(engine.tend().empty());
  CHECK_FALSE(engine.heard());
  engine.stop();
  const Frame last = desk.machine().now();
  std::this_thread::sleep_for(20ms);
  CHECK(desk.machine().now() == last);
}
