#include "bridge/midi_systems.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

#include "tests/bridge/recording_client.hpp"
#if defined(ANTIPHON_HAVE_JACK)
#include "bridge/dummy_jack.hpp"
#endif

namespace antiphon {
namespace {

/// A server that is not there, whatever runs on this machine.
struct NoJack {
  NoJack() { setenv("JACK_DEFAULT_SERVER", "antiphon-nobody", 1); }
  ~NoJack() { unsetenv("JACK_DEFAULT_SERVER"); }
};

/// What is written to the terminal while one of these lives, by anybody in this process.
class Terminal {
 public:
  Terminal() : file_{std::tmpfile()}, out_{dup(1)}, error_{dup(2)} {
    std::fflush(nullptr);
    dup2(fileno(file_), 1);
    dup2(fileno(file_), 2);
  }
  ~Terminal() {
    restore();
    std::fclose(file_);
  }
  std::string said() {
    restore();
    std::rewind(file_);
    std::string text;
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) text.push_back(static_cast<char>(c));
    return text;
  }

 private:
  void restore() {
    if (out_ < 0) return;
    std::fflush(nullptr);
    dup2(out_, 1);
    dup2(error_, 2);
    close(out_);
    close(error_);
    out_ = -1;
  }
  std::FILE* file_;
  int out_;
  int error_;
};

const MidiSystem& find(const std::vector<MidiSystem>& systems, const std::string& name) {
  return *std::find_if(systems.begin(), systems.end(), [&](const MidiSystem& system) { return system.name == name; });
}

TEST_CASE("every back end can be asked after, quietly", "[midi-systems]") {
  const NoJack noJack;
  Terminal terminal;
  const std::vector<MidiSystem> systems = surveyMidiSystems();
  const std::string said = terminal.said();
  CHECK(said.empty());
  CHECK(backendNames() == std::vector<std::string>{"auto", "jack", "alsa", "coremidi", "winmm", "loopback"});
  REQUIRE(systems.size() == 5);
  CHECK_FALSE(find(systems, "jack").available);
  CHECK(find(systems, "loopback").available);
  for (const MidiSystem& system : systems) CHECK(system.available == system.why.empty());
}

TEST_CASE("a back end that nobody knows is refused with the list of those there are", "[midi-systems]") {
  CHECK_THROWS_WITH(makeBackend("pipes", {}),
                    "There is no back end \"pipes\"; --backend takes one of auto, jack, alsa, coremidi, winmm, "
                    "loopback.");
  CHECK_THROWS_AS(chooseBackend(""), PortError);
}

TEST_CASE("a back end that this machine does not have is refused in a sentence, quietly", "[midi-systems]") {
  const NoJack noJack;
  RecordingClient client;
  for (const MidiSystem& system : surveyMidiSystems()) {
    if (system.available) continue;
    INFO(system.name);
    Terminal terminal;
    std::string sentence;
    try {
      makeBackend(system.name, {})->start(client);
    } catch (const PortError& error) {
      sentence = error.what();
    }
    CHECK(terminal.said().empty());
    CHECK_THAT(sentence, Catch::Contains("`antiphon ports`"));
    CHECK(std::count(sentence.begin(), sentence.end(), '\n') == 0);
  }
}

#if defined(__linux__)
TEST_CASE("with no MIDI system at all, auto means loopback", "[midi-systems]") {
  const NoJack noJack;
  if (find(surveyMidiSystems(), "alsa").available) return;
  CHECK(chooseBackend("auto") == "loopback");
  CHECK(makeBackend("auto", {})->name() == "loopback");
}
#endif

#if defined(ANTIPHON_HAVE_JACK)
TEST_CASE("where a JACK server answers, auto means JACK, and its ports are listed", "[midi-systems][jack]") {
  const DummyJack server;
  CHECK(chooseBackend("auto") == "jack");
  RecordingClient client;
  const auto backend = makeBackend("auto", {});
  backend->start(client);
  const std::vector<MidiSystem> systems = surveyMidiSystems();
  const MidiSystem& jack = find(systems, "jack");
  CHECK(jack.available);
  CHECK(jack.detail == "48000 Hz, 256 frames a period (5.3 ms), not real-time");
  CHECK_THAT(jack.inputs, Catch::VectorContains(std::string{"antiphon:ARIA_OUT"}));
  CHECK_THAT(jack.outputs, Catch::VectorContains(std::string{"antiphon:ARIA_IN"}));
  CHECK_THAT(jack.outputs, Catch::VectorContains(std::string{"antiphon:ARIA_CLOCK"}));
  CHECK(backend->ports().size() == 3);
}
#endif

}  // namespace
}  // namespace antiphon
