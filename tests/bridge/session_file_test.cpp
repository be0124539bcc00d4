#include "bridge/session_file.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <rapidcheck.h>
#include <set>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace antiphon;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// ---- A reader of Standard MIDI Files that knows nothing of the writer and forgives nothing. ----

struct Event {
  std::int64_t tick = 0;
  std::uint8_t status = 0;  // 0xFF: a meta event
  std::uint8_t meta = 0;
  std::vector<std::uint8_t> data{};

  bool isOn() const { return (status & 0xF0) == 0x90 && data[1] > 0; }
  bool isOff() const { return (status & 0xF0) == 0x80 || ((status & 0xF0) == 0x90 && data[1] == 0); }
  friend bool operator==(const Event&, const Event&) = default;
};

struct Track {
  std::string name{};
  std::vector<Event> events{};  // without name and end
  std::int64_t end = 0;
};

struct Smf {
  int format = 0;
  int division = 0;
  std::vector<Track> tracks{};
};

[[noreturn]] void bad(const std::string& why) { throw std::runtime_error{"not a MIDI file: " + why}; }

class Reader {
 public:
  explicit Reader(std::vector<std::uint8_t> bytes) : bytes_{std::move(bytes)} {}

  Smf read() {
    Smf smf;
    if (tag() != "MThd" || number(4) != 6) bad("header");
    smf.format = static_cast<int>(number(2));
    const auto tracks = number(2);
    smf.division = static_cast<int>(number(2));
    for (std::int64_t i = 0; i < tracks; ++i) smf.tracks.push_back(track());
    if (at_ != bytes_.size()) bad("something follows the last track");
    return smf;
  }

 private:
  std::uint8_t byte() {
    if (at_ >= bytes_.size()) bad("it ends too soon");
    return bytes_[at_++];
  }
  std::uint8_t dataByte() {
    const std::uint8_t value = byte();
    if (value > 0x7F) bad("a status byte among the data");
    return value;
  }
  std::int64_t number(int size) {
    std::int64_t value = 0;
    for (int i = 0; i < size; ++i) value = value * 256 + byte();
    return value;
  }
  std::string tag() {
    std::string text;
    for (int i = 0; i < 4; ++i) text += static_cast<char>(byte());
    return text;
  }
  std::int64_t length() {
    std::int64_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const std::uint8_t next = byte();
      value = value * 128 + (next & 0x7F);
      if (next < 0x80) return value;
    }
    bad("a number of more than four bytes");
  }

  Track track() {
    if (tag() != "MTrk") bad("no track");
    const auto size = static_cast<std::size_t>(number(4));
    const std::size_t end = at_ + size;
    if (end > bytes_.size()) bad("a track that is longer than the file");
    Track track;
    std::int64_t tick = 0;
    for (;;) {
      tick += length();
      Event event{tick, byte()};
      if (event.status == 0xFF) {
        event.meta = byte();
        for (std::int64_t left = length(); left > 0; --left) event.data.push_back(byte());
        if (event.meta == 0x2F) {
          track.end = tick;
          if (at_ != end) bad("the end of a track where it is not");
          return track;
        }
        if (event.meta == 0x03) {
          track.name.assign(event.data.begin(), event.data.end());
          continue;
        }
      } else {
        const int kind = event.status & 0xF0;
        if (event.status < 0x80 || event.status >= 0xF0) bad("no channel message");
        for (int left = kind == 0xC0 || kind == 0xD0 ? 1 : 2; left > 0; --left) event.data.push_back(dataByte());
      }
      track.events.push_back(event);
      if (at_ >= end) bad("a track without an end");
    }
  }

  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

/// Reads a file and checks what must hold of every recording.
Smf readRecording(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  const Smf smf = Reader{{std::istreambuf_iterator<char>{in}, {}}}.read();
  if (smf.format != 1 || smf.division != 480 || smf.tracks.size() != 3) bad("not what a recording is");
  if (smf.tracks[1].name != "Call" || smf.tracks[2].name != "Answer") bad("names");
  for (const Track& track : smf.tracks) {
    if (track.end != smf.tracks[0].end) bad("tracks of different length");
    std::set<std::pair<int, int>> sounding;
    for (const Event& event : track.events) {
      if (event.status == 0xFF) continue;
      const std::pair key{event.status & 0x0F, int{event.data[0]}};
      if (event.isOn() && !sounding.insert(key).second) bad("a note that sounds is struck");
      if (event.isOff() && sounding.erase(key) == 0) bad("a note that does not sound is released");
    }
    if (!sounding.empty()) bad("a note sounds for ever");
  }
  return smf;
}

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "antiphon-session-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error{"no folder for the test"};
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{path}, fs::directory_iterator{}));
  }
  fs::path path;
};

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

  Smf onDisk() const { return readRecording(folder.path / "take.mid"); }
  Smf read() {
    file.close();
    return onDisk();
  }
  /// Where the notes of the call begin and end.
  std::vector<std::int64_t> callTicks() {
    std::vector<std::int64_t> ticks;
    const Smf smf = read();
    for (const Event& event : smf.tracks[1].events) {
      if (event.isOn() || event.isOff()) ticks.push_back(event.tick);
    }
    return ticks;
  }

  Folder folder;
  SessionFile file;
  Nanos now{};
};

using Ticks = std::vector<std::int64_t>;

std::map<std::int64_t, int> tempos(const Smf& smf) {
  std::map<std::int64_t, int> found;
  for (const Event& event : smf.tracks[0].events) {
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
  const Smf smf = session.onDisk();
  REQUIRE(smf.tracks[0].name == "Antiphon");
  REQUIRE(smf.tracks[0].events[0] == Event{0, 0xFF, 0x58, {7, 3, 12, 8}});
  REQUIRE(tempos(smf) == std::map<std::int64_t, int>{{0, 500000}});
  REQUIRE(smf.tracks[0].end == 0);
}

TEST_CASE("call and answer have tracks of their own", "[session]") {
  Session session;
  session.moved(0).beat(0).on(0).off(240);
  session.played(1920, MidiMessage::noteOn(2, 67, 90)).played(2400, MidiMessage::noteOff(2, 67));
  session.played(2400, MidiMessage::controller(2, midi::kSustain, 0));
  const Smf smf = session.read();
  REQUIRE(smf.tracks[1].events == std::vector<Event>{{0, 0x90, 0, {60, 80}}, {240, 0x80, 0, {60, 0}}});
  REQUIRE(smf.tracks[2].events ==
          std::vector<Event>{{1920, 0x92, 0, {67, 90}}, {2400, 0x82, 0, {67, 0}}, {2400, 0xB2, 0, {64, 0}}});
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

TEST_CASE("notes that sound are closed in what is written, and go on in what is to come", "[session]") {
  Session session;
  session.moved(0).beat(0).on(100).heard(100, MidiMessage::controller(0, midi::kSustain, 127)).beat(480);
  session.file.tend(session.now + 2s);
  const Event pressed{100, 0x90, 0, {60, 80}};
  const Event pedal{100, 0xB0, 0, {64, 127}};
  REQUIRE(session.onDisk().tracks[1].events ==
          std::vector<Event>{pressed, pedal, {480, 0x80, 0, {60, 0}}, {480, 0xB0, 0, {64, 0}}});
  session.off(700).heard(800, MidiMessage::controller(0, midi::kSustain, 0));
  REQUIRE(session.read().tracks[1].events ==
          std::vector<Event>{pressed, pedal, {700, 0x80, 0, {60, 0}}, {800, 0xB0, 0, {64, 0}}});
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

namespace {

JournalEntry anyEntry() {
  using rc::gen::inRange;
  const auto tick = [] { return Tick{*rc::gen::weightedOneOf<std::int64_t>(
      {{8, inRange<std::int64_t>(-100, 8000)}, {1, inRange<std::int64_t>(-1'000'000'000, 1'000'000'000'000)}})}; };
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
      const Smf smf = readRecording(path);  // throws, and so fails, when it is not valid
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
      } catch (...) {
      }
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
