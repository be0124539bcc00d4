// Whatever happens, and whenever it ends: what is on disk is a whole recording.
#include <rapidcheck.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>

#include "bridge/session_file.hpp"
#include "tests/bridge/midi_file_reader.hpp"

using namespace antiphon;
using namespace antiphon::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

JournalEntry anyEntry() {
  using rc::gen::inRange;
  const auto tick = [] {
    return Tick{*rc::gen::weightedOneOf<std::int64_t>(
        {{8, inRange<std::int64_t>(-100, 8000)}, {1, inRange<std::int64_t>(-1'000'000'000, 1'000'000'000'000)}})};
  };
  const auto message = [] {
    const auto byte = [](int least, int most) { return static_cast<std::uint8_t>(*inRange(least, most + 1)); };
    MidiMessage m{{byte(0x80, 0x92), byte(60, 63), byte(0, 2)}, 3};
    if (byte(0, 3) == 0) m = {{byte(0, 255), byte(0, 255), byte(0, 255)}, byte(0, 3)};
    const std::uint8_t number = byte(0, 1) == 0 ? midi::kAllNotesOff : midi::kSustain;
    if (byte(0, 7) == 0) m = MidiMessage::controller(byte(0, 2), number, byte(0, 127));
    return m;
  };
  const auto phase = [] { return static_cast<Phase>(*inRange(0, 3)); };
  switch (*inRange(0, 9)) {
    case 0: return PhaseChanged{phase(), phase(), tick()};
    case 1: return TurnEnded{};
    case 2: return Relocated{tick()};
    case 3: return Beat{tick(), Tempo::bpm(*rc::gen::element(20.0, 120.0, 120.03, 400.0, 1e-9, 1e12))};
    case 4: return ClockLost{tick()};
    case 5: return Played{message(), tick()};
    default: return Heard{message(), tick()};
  }
}

}  // namespace

TEST_CASE("any journal makes a valid recording", "[session][property]") {
  REQUIRE(rc::check("valid after every second and at the end", [] {
    const Folder folder;
    const fs::path path = folder.path / "take.mid";
    const Meter meter = *rc::gen::element(Meter{4, 4}, Meter{7, 8}, Meter{5, 4}, Meter{1, 32});
    Nanos now{};
    std::int64_t lastEnd = 0;
    const auto check = [&] {
      const MidiFile smf = readRecording(path);  // throws, and so fails, when it is not valid
      RC_ASSERT(smf.tracks[0].end >= lastEnd);
      RC_ASSERT(smf.tracks[0].end % meter.bar().count == 0);
      lastEnd = smf.tracks[0].end;
    };
    {
      SessionFile file{path, meter};
      const int count = *rc::gen::inRange(0, 60);
      for (int i = 0; i < count; ++i) {
        file.write(anyEntry(), now += std::chrono::milliseconds{*rc::gen::inRange(0, 900)});
        check();
      }
    }
    check();
    RC_ASSERT(folder.files() == 1u);
  }));
}

TEST_CASE("killed at any moment, the recording is whole", "[session][kill]") {
  const Folder folder;
  const fs::path path = folder.path / "take.mid";
  for (int round = 0; round < 12; ++round) {
    std::error_code ignored;
    fs::remove(path, ignored);
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      alarm(20);  // should the parent be gone
      try {
        SessionFile file{path, {}};
        file.write(Relocated{{0}}, 0s);
        // A long file is nearly always being written; then a second passes with each entry.
        std::int64_t i = 0;
        const auto note = [&] { return MidiMessage::noteOn(0, static_cast<std::uint8_t>(i & 63), 9); };
        for (; i < 10'000; ++i) file.write(Played{note(), {i}}, 0s);
        for (int seconds = 1;; ++i, ++seconds) {
          file.write(Heard{note(), {i}}, seconds * 1s);
          if (seconds == 3 && ::write(ends[1], "!", 1) != 1) break;
        }
      } catch (...) {}
      _exit(1);
    }
    close(ends[1]);
    char started = 0;
    REQUIRE(::read(ends[0], &started, 1) == 1);
    close(ends[0]);
    usleep(static_cast<useconds_t>(round * 1370));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(WTERMSIG(status) == SIGKILL);
    REQUIRE(readRecording(path).tracks[1].events.size() >= 3);
  }
}
