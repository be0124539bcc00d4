// Whoever asks a DAW never waits for it, and what it does is said once.
#include "bridge/daw/daw_line.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

#include "bridge/daw/daw_commands.hpp"
#include "bridge/daw/daw_place.hpp"

using namespace antiphon;
using Catch::Matchers::Contains;

namespace {

/// What the fake does, set by the test and counted.
struct Stage {
  std::mutex mutex{};
  std::condition_variable changed{};
  bool away = false, stuck = false;
  int looks = 0, plays = 0, abandoned = 0;
  std::vector<std::string> given{};

  template <typename Until>
  void await(Until&& until) {
    std::unique_lock lock{mutex};
    REQUIRE(changed.wait_for(lock, std::chrono::seconds{20}, until));
  }
  template <typename Change>
  void set(Change&& change) {
    {
      const std::scoped_lock lock{mutex};
      change();
    }
    changed.notify_all();
  }
};

class FakeDaw final : public Daw {
 public:
  explicit FakeDaw(Stage& stage) : stage_{stage} {}
  std::string name() const override { return "the DAW"; }
  DawState look() override {
    call([this] { ++stage_.looks; });
    return {.tempo = 100, .beat = {}, .playing = true, .tracks = {{.name = "Keys", .volume = 0.5}}, .remark = {}};
  }
  void play() override {
    call([this] { ++stage_.plays; });
  }
  void stop() override { throw DawError{"it will not stop"}; }
  void import(const DawMusic& music) override {
    call([&] { stage_.given.push_back(music.name); });
  }
  void clip(DawSlot where, const DawMusic& music) override {
    call([&] {
      stage_.given.push_back(music.name + " " + std::to_string(where.track) + " " + std::to_string(where.slot));
    });
  }
  void volume(int, double) override {}
  void abandon() override {
    stage_.set([this] { ++stage_.abandoned; });
  }

 private:
  template <typename Deed>
  void call(Deed&& deed) {
    std::unique_lock lock{stage_.mutex};
    deed();
    stage_.changed.notify_all();
    const int before = stage_.abandoned;
    stage_.changed.wait(lock, [&] { return !stage_.stuck || stage_.abandoned > before; });
    if (stage_.away || stage_.stuck) throw DawAway{"nobody answers there"};
  }
  Stage& stage_;
};

/// Waits until so much has been told.
std::vector<DawNews> newsOf(DawLine& line, std::size_t least) {
  std::vector<DawNews> all;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (all.size() < least && std::chrono::steady_clock::now() < until) {
    for (DawNews& news : line.news()) all.push_back(std::move(news));
    std::this_thread::yield();
  }
  REQUIRE(all.size() >= least);
  return all;
}

}  // namespace

SCENARIO("DAW-7 a DAW that comes and goes is said once each time") {
  Stage stage;
  stage.away = true;
  DawLine line{std::make_unique<FakeDaw>(stage)};
  auto news = newsOf(line, 1);
  CHECK(news[0].warning);
  CHECK(news[0].text == "the DAW is away: nobody answers there; the music goes on without it");
  for (int i = 0; i < 3; ++i) {
    const int before = [&] {
      const std::scoped_lock lock{stage.mutex};
      return stage.looks;
    }();
    line.lookNow();
    stage.await([&] { return stage.looks > before; });
  }
  stage.set([&] { stage.away = false; });
  line.lookNow();
  news = newsOf(line, 1);
  REQUIRE(news.size() == 1);
  CHECK(news[0].text == "the DAW is there");
  CHECK(line.known().connected == true);
  CHECK(line.known().state.tempo == 100);
}

SCENARIO("DAW-8 nobody waits for a DAW that hangs") {
  Stage stage;
  stage.stuck = true;
  DawLine line{std::make_unique<FakeDaw>(stage)};
  stage.await([&] { return stage.looks > 0; });
  THEN("what is asked for waits its turn, and no more than so much") {
    for (std::size_t i = 0; i < DawLine::kMostWaiting; ++i) CHECK(line.ask("play", [](Daw& daw) { daw.play(); }));
    CHECK_FALSE(line.ask("play", [](Daw& daw) { daw.play(); }));
    AND_THEN("after ten seconds the call is ended and the rest is done") {
      stage.set([&] { stage.stuck = false; });
      stage.await([&] { return stage.plays == static_cast<int>(DawLine::kMostWaiting); });
    }
  }
  THEN("a call is ended after ten seconds and not before") {
    line.tend(std::chrono::steady_clock::now());
    CHECK([&] {
      const std::scoped_lock lock{stage.mutex};
      return stage.abandoned;
    }() == 0);
    line.tend(std::chrono::steady_clock::now() + DawLine::kLongestCall + std::chrono::seconds{1});
    CHECK_THAT(newsOf(line, 1)[0].text, Contains("away"));
  }
  THEN("the program can end at once") { SUCCEED(); }
}

SCENARIO("DAW-9 the DAW is told by commands") {
  Stage stage;
  DawLine line{std::make_unique<FakeDaw>(stage)};
  newsOf(line, 1);
  CommandTable table;
  addDawCommands(table, {&line, [](const std::string& name) -> DawMusic {
                           if (name != "lead") throw std::runtime_error{"there is no pattern '" + name + "'"};
                           return {name, {}, Tempo::bpm(120)};
                         }});
  const auto says = [&](const char* command, const char* answer, bool ok = true) {
    const Command::Reply reply = table.run(command);
    INFO(command << ": " << reply.text);
    CHECK(reply.ok == ok);
    CHECK(reply.text.find(answer) != std::string::npos);
  };
  THEN("what is possible is done, and what came of it is told") {
    says("daw", "the DAW is there, 100 BPM, playing, 1 track");
    says("daw tracks", "1 Keys, volume 0.5");
    says("daw import lead", "import lead: asked for");
    says("daw clip 2 3 lead", "asked for");
    says("daw play", "asked for");
    says("daw stop", "asked for");
    const auto news = newsOf(line, 4);
    CHECK(news[0].text == "import lead: done");
    CHECK(news[3].text == "stop: it will not stop");
    CHECK(news[3].warning);
    CHECK((stage.given == std::vector<std::string>{"lead", "lead 1 2"}));
  }
  THEN("what is not possible is a sentence") {
    says("daw import", "daw [play | stop", false);
    says("daw import bass", "there is no pattern 'bass'", false);
    says("daw clip 0 1 lead", "the track is '0'; possible are 1 to 1000", false);
    says("daw clip 1 1", "there is no pattern 'answer'", false);
    says("daw volume 1 2", "the volume is '2'; possible are 0 to 1", false);
    says("daw volume 1 nan", "the volume is 'nan'", false);
    says("daw dance", "daw knows no 'dance'; possible", false);
    says("daw what=tracks", "daw [play | stop", false);
  }
  THEN("where it is away, that is the answer") {
    stage.set([&] { stage.away = true; });
    line.lookNow();
    newsOf(line, 1);
    says("daw", "the DAW is away: nobody answers there");
    says("daw play", "the DAW is away", false);
    says("daw tracks", "the DAW is away", false);
  }
}

SCENARIO("DAW-10 a DAW is named by a word") {
  for (const char* word : {"dawg", "dawg:http://localhost:8080", "dawg:http://127.0.0.1/"})
    CHECK(dawAt(word) != nullptr);
  CHECK(dawAt("dawg:http://studio.local:81")->name() == "DAWG at http://studio.local:81");
  for (const char* word : {"", "logic", "dawg:", "dawg:localhost", "dawg:https://x:1", "dawg:http://",
                           "dawg:http://x:0", "dawg:http://x:65536", "dawg:http://a b", "dawg:http://x:1:2",
                           "abletonosc:", "abletonosc:x:y", "abletonosc:127.0.0.1:1:2:3", "\x1b[2J"}) {
    CAPTURE(word);
    CHECK_THROWS_WITH(dawAt(word),
                      Contains("possible are dawg:http://localhost:8080 and abletonosc") && !Contains("\x1b"));
  }
  CHECK(fromOutside("na\xC3\xAFve \xC3") == "na\xC3\xAFve ?");
  CHECK(fromOutside("\xC0\xAF\xED\xA0\x80\xF5") == "??????");
}
