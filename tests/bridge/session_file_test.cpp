#include "bridge/session_file.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bridge/midi_file_reader.hpp"

using namespace antiphon;
using namespace antiphon::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// What is written and then read back.
struct Session {
  explicit Session(Meter meter = {}) : file{folder.path / "take.mid", meter} {}

  Session& beat(std::int64_t tick, double bpm = 120) { return write(Beat{{tick}, Tempo::bpm(bpm)}); }
  Session& beats(std::int64_t from, std::int64_t to) {
    for (; from < to; from += 480) beat(from);
    return *this;
  }
  Session& moved(std::int64_t tick) { return write(Relocated{{tick}}); }
  Session& heard(std::int64_t tick, MidiMessage message) { return write(Heard{message, {tick}}); }
  Session& played(std::int64_t tick, MidiMessage message) { return write(Played{message, {tick}}); }
  Session& on(std::int64_t tick, std::uint8_t pitch = 60) { return heard(tick, MidiMessage::noteOn(0, pitch, 80)); }
  Session& off(std::int64_t tick, std::uint8_t pitch = 60) { return heard(tick, MidiMessage::noteOff(0, pitch)); }
  Session& stopped(std::int64_t tick) { return write(PhaseChanged{Phase::listening, Phase::stopped, {tick}}); }
  Session& write(const JournalEntry& entry) {
    file.write(entry, now += 1ms);
    return *this;
  }

  MidiFile onDisk() const { return readRecording(folder.path / "take.mid"); }
  MidiFile read() {
    file.close();
    return onDisk();
  }
  /// Where the notes of the call begin and end.
  std::vector<std::int64_t> callTicks() {
    std::vector<std::int64_t> ticks;
    const MidiFile smf = read();
    for (const FileEvent& event : smf.tracks[1].events) {
      if (event.isOn() || event.isOff()) ticks.push_back(event.tick);
    }
    return ticks;
  }

  Folder folder;
  SessionFile file;
  Nanos now{};
};

using Ticks = std::vector<std::int64_t>;

std::map<std::int64_t, int> tempos(const MidiFile& smf) {
  std::map<std::int64_t, int> found;
  for (const FileEvent& event : smf.tracks[0].events) {
    if (event.meta == 0x51) found[event.tick] = event.data[0] * 65536 + event.data[1] * 256 + event.data[2];
  }
  return found;
}

std::string sentenceOf(const fs::path& path) {
  try {
    SessionFile{path, {}};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a recording is a whole MIDI file from the first moment on", "[session]") {
  Session session{{7, 8}};
  const MidiFile smf = session.onDisk();
  REQUIRE(smf.tracks[0].name == "Antiphon");
  REQUIRE(smf.tracks[0].events[0] == FileEvent{0, 0xFF, 0x58, {7, 3, 12, 8}});
  REQUIRE(tempos(smf) == std::map<std::int64_t, int>{{0, 500000}});
  REQUIRE(smf.tracks[0].end == 0);
}

TEST_CASE("call and answer have tracks of their own", "[session]") {
  Session session;
  session.moved(0).beat(0).on(0).off(240);
  session.played(1920, MidiMessage::noteOn(2, 67, 90)).played(2400, MidiMessage::noteOff(2, 67));
  session.played(2400, MidiMessage::controller(2, midi::kSustain, 0));
  const MidiFile smf = session.read();
  REQUIRE(smf.tracks[1].events == std::vector<FileEvent>{{0, 0x90, 0, {60, 80}}, {240, 0x80, 0, {60, 0}}});
  REQUIRE(smf.tracks[2].events ==
          std::vector<FileEvent>{{1920, 0x92, 0, {67, 90}}, {2400, 0x82, 0, {67, 0}}, {2400, 0xB2, 0, {64, 0}}});
  REQUIRE(smf.tracks[0].end == 3840);  // whole bars
}

TEST_CASE("the tempo map holds what is more than the clock's unrest", "[session]") {
  Session session;
  session.moved(0).beat(0, 93).beat(480, 93.04).beat(960, 93.06).beat(1440, 93.1).beat(1920, 140);
  REQUIRE(tempos(session.read()) == std::map<std::int64_t, int>{{0, 645161}, {960, 644745}, {1920, 428571}});
}

TEST_CASE("the tempo of the first beat holds from the start", "[session]") {
  Session session;
  session.moved(960).beat(960, 100);
  REQUIRE(tempos(session.read()) == std::map<std::int64_t, int>{{0, 600000}});
}

TEST_CASE("a clock that begins with the music is right from the start", "[session]") {
  Session session;
  session.moved(0).beat(0, 120);
  SECTION("when the first beat could not know") {
    session.now += 645ms;
    REQUIRE(tempos(session.beat(480, 93).beat(960, 93).read()) == std::map<std::int64_t, int>{{0, 645161}});
  }
  SECTION("not when the tempo changed") {
    session.now += 500ms;
    REQUIRE(tempos(session.beat(480, 93).read()) == std::map<std::int64_t, int>{{0, 500000}, {480, 645161}});
  }
}

TEST_CASE("the file begins on the bar line before the first position", "[session]") {
  Session session;
  SECTION("in 4/4") {
    session.moved(2 * 1920 + 480).beats(2 * 1920 + 480, 3 * 1920);
    REQUIRE(session.on(3 * 1920).off(3 * 1920 + 100).callTicks() == Ticks{1920, 2020});
  }
  SECTION("a note that is early for the very first bar comes with it") {
    REQUIRE(session.moved(1920).on(1900).off(2000).callTicks() == Ticks{0, 80});
  }
  SECTION("without any move, from the first beat") {
    REQUIRE(session.beats(1920 + 480, 3840).on(3840).off(3900).callTicks() == Ticks{1920, 1980});
  }
  SECTION("what is heard before the music has a place is left out") {
    REQUIRE(session.on(777, 50).off(778, 50).moved(0).beat(0).on(480).off(500).callTicks() == Ticks{480, 500});
  }
}

TEST_CASE("a loop is unrolled bar by bar", "[session]") {
  Session session;
  session.moved(0);
  for (int pass = 0; pass < 3; ++pass) {
    if (pass > 0) session.moved(0);
    session.beats(0, 2 * 1920).on(480).off(700);
  }
  REQUIRE(session.callTicks() == Ticks{480, 700, 3840 + 480, 3840 + 700, 7680 + 480, 7680 + 700});
}

TEST_CASE("a loop that is told a little late costs no bar", "[session]") {
  Session session;
  session.moved(0).beats(0, 1920).on(1900).off(1926).moved(0).beat(0).on(0, 62).off(100, 62);
  REQUIRE(session.callTicks() == Ticks{1900, 1926, 1926, 2020});
}

TEST_CASE("after Start again the file goes on at its own next bar line", "[session]") {
  Session session;
  session.moved(0).beats(0, 2880).on(2500).off(2600).stopped(2700);
  SECTION("from the top") {
    REQUIRE(session.moved(0).beat(0).on(0).off(10).callTicks() == Ticks{2500, 2600, 3840, 3850});
  }
  SECTION("from elsewhere, keeping the place in the bar") {
    constexpr std::int64_t kThere = 33 * 1920;
    session.moved(kThere + 960).beat(kThere + 960).on(kThere + 1000).off(kThere + 1010);
    REQUIRE(session.callTicks() == Ticks{2500, 2600, 3840 + 1000, 3840 + 1010});
  }
  SECTION("moving the song position about costs nothing") {
    session.moved(5 * 1920).moved(9 * 1920).moved(7 * 1920 + 480).moved(0);
    REQUIRE(session.beat(0).on(0).off(10).callTicks() == Ticks{2500, 2600, 3840, 3850});
  }
  SECTION("Continue goes on where it was") {
    REQUIRE(session.moved(2700).beat(2880).on(3000).off(3100).callTicks() == Ticks{2500, 2600, 3000, 3100});
  }
}

TEST_CASE("while the transport stands, so does the file", "[session]") {
  Session session;
  session.moved(0).beats(0, 960).on(500).stopped(1000);
  session.off(9000).on(9500, 40).off(9600, 40);  // noodling has no place in the music
  REQUIRE(session.moved(0).beat(0).on(0, 62).off(10, 62).callTicks() == Ticks{500, 1000, 1920, 1930});
}

TEST_CASE("a note held when the music moves ends there", "[session]") {
  Session session;
  session.moved(0).beats(0, 1440).on(1300);
  session.now += 500ms;
  session.beat(1440);
  SECTION("at the end of a loop") {
    session.now += 509ms;  // a beat, and some jitter
    REQUIRE(session.moved(0).beat(0).off(100).on(200).off(300).callTicks() == Ticks{1300, 1920, 2120, 2220});
  }
  SECTION("in the middle of a bar") {
    session.now += 249ms;
    REQUIRE(session.moved(4800).beat(4800).on(4900).off(5000).callTicks() == Ticks{1300, 1680, 2980, 3080});
  }
  SECTION("when it stops") {
    REQUIRE(session.stopped(1500).moved(1520).off(1530).on(1540).off(1550).callTicks() ==
            Ticks{1300, 1500, 1540, 1550});
  }
}

TEST_CASE("a move that was not told shows itself by its beats", "[session]") {
  Session session;
  session.moved(0).beats(0, 1920).on(1800).off(1900).beat(0).on(100).off(200);
  REQUIRE(session.callTicks() == Ticks{1800, 1900, 2020, 2120});
}

TEST_CASE("the pedal of the answer is in the recording, and is lifted where it ends", "[session]") {
  Session session;
  session.moved(0).beat(0).played(60, MidiMessage::controller(2, midi::kSustain, 127)).beat(480);
  const FileEvent down{60, 0xB2, 0, {64, 127}};
  SECTION("by us") {
    session.played(500, MidiMessage::controller(2, midi::kSustain, 0));
    REQUIRE(session.read().tracks[2].events == std::vector<FileEvent>{down, {500, 0xB2, 0, {64, 0}}});
  }
  SECTION("by the end of the recording") {
    REQUIRE(session.read().tracks[2].events == std::vector<FileEvent>{down, {480, 0xB2, 0, {64, 0}}});
  }
}

TEST_CASE("notes that sound are closed in what is written, and go on in what is to come", "[session]") {
  Session session;
  session.moved(0).beat(0).on(100).heard(100, MidiMessage::controller(0, midi::kSustain, 127)).beat(480);
  session.file.tend(session.now + 2s);
  const FileEvent pressed{100, 0x90, 0, {60, 80}};
  const FileEvent pedal{100, 0xB0, 0, {64, 127}};
  REQUIRE(session.onDisk().tracks[1].events ==
          std::vector<FileEvent>{pressed, pedal, {480, 0x80, 0, {60, 0}}, {480, 0xB0, 0, {64, 0}}});
  session.off(700).heard(800, MidiMessage::controller(0, midi::kSustain, 0));
  REQUIRE(session.read().tracks[1].events ==
          std::vector<FileEvent>{pressed, pedal, {700, 0x80, 0, {60, 0}}, {800, 0xB0, 0, {64, 0}}});
}

TEST_CASE("note-ons and note-offs match, whatever comes", "[session]") {
  Session session;
  session.moved(0).beat(0);
  SECTION("a release of nothing") { REQUIRE(session.off(10).on(20).off(30).off(40).callTicks() == Ticks{20, 30}); }
  SECTION("struck twice") { REQUIRE(session.on(10).on(20).off(30).callTicks() == Ticks{10, 20, 20, 30}); }
  SECTION("note-on with velocity 0") {
    REQUIRE(session.on(10).heard(20, MidiMessage::noteOn(0, 60, 0)).callTicks() == Ticks{10, 20});
  }
  SECTION("all notes off") {
    REQUIRE(session.on(10).heard(20, MidiMessage::controller(0, midi::kAllNotesOff, 0)).off(30).callTicks() ==
            Ticks{10, 20});
  }
  SECTION("what is no channel message") {
    session.heard(10, MidiMessage::of(0xFE)).heard(10, {}).heard(10, {{0x90, 200, 3}, 3}).heard(10, {{0x90, 20, 3}, 2});
    REQUIRE(session.read().tracks[1].events.empty());
  }
}

TEST_CASE("what is on disk is at most about a second old", "[session]") {
  Session session;
  session.moved(0).beat(0);  // the first beat's tempo is saved at once
  const auto events = [&] { return session.onDisk().tracks[1].events.size(); };
  session.on(10).off(20);
  REQUIRE(events() == 0);
  SECTION("though nothing more happens") {
    session.file.tend(session.now + 900ms);
    REQUIRE(events() == 0);
    session.file.tend(session.now + 1s);
    REQUIRE(events() == 2);
  }
  SECTION("and at the end of a turn it is new") {
    session.write(TurnEnded{});
    REQUIRE(events() == 2);
  }
  SECTION("and it is written only when there is something new") {
    session.file.tend(session.now + 2s);
    fs::remove(session.folder.path / "take.mid");
    session.write(TurnEnded{}).beat(480);
    session.file.tend(session.now + 9s);
    REQUIRE(session.folder.files() == 0);
  }
}

TEST_CASE("a path that cannot be recorded to is refused with a sentence", "[session]") {
  const Folder folder;
  const std::string missing = (folder.path / "nowhere" / "take.mid").string();
  REQUIRE(sentenceOf(missing) == "Cannot record to " + missing + ": No such file or directory.");
  REQUIRE_THAT(sentenceOf(folder.path), Catch::Contains("no file"));
  REQUIRE_THAT(sentenceOf("/dev/null"), Catch::Contains("no file"));
  REQUIRE_THAT(sentenceOf("/dev/null/take.mid"), Catch::Contains("Not a directory"));
  REQUIRE(!sentenceOf("").empty());
  REQUIRE(!fs::exists(".part"));
  REQUIRE(folder.files() == 0);
}

TEST_CASE("a failure later is told once, and so is that it is over", "[session]") {
  Session session;
  const fs::path elsewhere = session.folder.path.string() + "-away";
  session.moved(0).beat(0).on(0);
  REQUIRE(!session.file.news());
  fs::rename(session.folder.path, elsewhere);
  session.write(TurnEnded{});
  REQUIRE_THAT(session.file.news().value(), Catch::Contains("cannot be saved: No such file or directory"));
  session.off(10).write(TurnEnded{});
  REQUIRE(!session.file.news());
  fs::rename(elsewhere, session.folder.path);
  session.file.tend(session.now + 2s);
  REQUIRE_THAT(session.file.news().value(), Catch::Contains("is saved again"));
  REQUIRE(session.callTicks() == Ticks{0, 10});
}

TEST_CASE("an older recording is kept", "[session]") {
  const Folder folder;
  const fs::path path = folder.path / "take.mid";
  const auto record = [&](std::uint8_t pitch) {
    SessionFile file{path, {}};
    file.write(Relocated{{0}}, 0s);
    file.write(Heard{MidiMessage::noteOn(0, pitch, 80), {0}}, 0s);
    return file.keptAside();
  };
  REQUIRE(record(60).empty());
  REQUIRE(record(61) == folder.path / "take-1.mid");
  REQUIRE(record(62) == folder.path / "take-2.mid");
  REQUIRE(folder.files() == 3);
  REQUIRE(readRecording(folder.path / "take-1.mid").tracks[1].events[0].data[0] == 60);
  REQUIRE(readRecording(folder.path / "take-2.mid").tracks[1].events[0].data[0] == 61);
  REQUIRE(readRecording(path).tracks[1].events[0].data[0] == 62);
}

TEST_CASE("a link stays a link", "[session]") {
  const Folder folder;
  SessionFile{folder.path / "real.mid", {}};
  fs::create_symlink(folder.path / "real.mid", folder.path / "link.mid");
  SessionFile{folder.path / "link.mid", {}};
  REQUIRE(fs::is_symlink(folder.path / "link.mid"));
  REQUIRE(readRecording(folder.path / "link.mid").tracks.size() == 3);
}

TEST_CASE("three hours fit", "[session]") {
  Session session;
  session.moved(0);
  constexpr int kEvents = 300'000;
  for (int i = 0; i < kEvents; i += 2) {
    session.file.write(Heard{MidiMessage::noteOn(0, static_cast<std::uint8_t>(i % 100), 80), Tick{i * 36}}, 0s);
    session.file.write(Heard{MidiMessage::noteOff(0, static_cast<std::uint8_t>(i % 100)), Tick{i * 36 + 30}}, 0s);
  }
  const auto begin = std::chrono::steady_clock::now();
  session.file.write(TurnEnded{}, 1s);
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(took < 500ms);  // some 3 ms where nothing else runs
  REQUIRE(session.onDisk().tracks[1].events.size() == kEvents);
}
