// DAWG as a client meets it: well, away, silent, late, talking nonsense, talking without end.
#if defined(ANTIPHON_HAVE_HTTPLIB)

#include "bridge/daw/dawg.hpp"

#include <httplib.h>
#include <netinet/in.h>
#include <rapidcheck.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <catch2/catch.hpp>
#include <latch>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "bridge/daw/daw_line.hpp"
#include "tests/bridge/stray_server.hpp"

using namespace antiphon;
using namespace std::chrono_literals;
using antiphon::testing::StrayServer;
using Catch::Matchers::Contains;

namespace {

constexpr DawTimes kHasty{.connecting = 500ms, .answer = 100ms, .whole = 2s};
constexpr DawTimes kCalm{.connecting = 2s, .answer = 10s, .whole = 20s};

/// DAWG on a port of its own. Routes are added to `server` before it is begun.
class FakeDawg {
 public:
  ~FakeDawg() {
    server.stop();
    if (thread_.joinable()) thread_.join();
  }
  void begin() {
    port_ = server.bind_to_any_port("127.0.0.1");
    thread_ = std::thread{[this] { server.listen_after_bind(); }};
    while (!server.is_running()) std::this_thread::yield();
  }
  DawgPlace place() const { return {"127.0.0.1", port_}; }
  void healthy() {
    server.Get("/api/v1/health", [](const httplib::Request&, httplib::Response& answer) {
      answer.set_content("{}", "application/json");
    });
  }
  void status(const std::string& text) {
    server.Get("/api/v1/project/status", [text](const httplib::Request&, httplib::Response& answer) {
      answer.set_content(text, "application/json");
    });
  }

  httplib::Server server{};

 private:
  int port_ = 0;
  std::thread thread_{};
};

DawMusic twoNotes() {
  return {
      "answer", {{4, 4}, 1, {{Tick{0}, Tick{480}, 60, 90, 0}, {Tick{960}, Tick{480}, 64, 90, 0}}, {}}, Tempo::bpm(93)};
}

}  // namespace

SCENARIO("DAW-1 DAWG is asked what it does and does what it is told") {
  FakeDawg dawg;
  dawg.healthy();
  dawg.status(R"({"project": {"tempo": 96.5, "tracks": [{"name": "Keys", "volume": 0.8, "pan": -0.25}, "Drums", 3]},
                  "transport": {"playing": true}})");
  std::mutex mutex;
  std::vector<std::string> asked;
  std::string body;
  for (const char* path : {"/api/v1/transport/play", "/api/v1/transport/stop", "/api/v1/midi/import"}) {
    dawg.server.Post(path, [&](const httplib::Request& request, httplib::Response&) {
      const std::scoped_lock lock{mutex};
      asked.push_back(request.path);
      body = request.body;
    });
  }
  dawg.begin();
  Dawg daw{dawg.place(), kCalm};
  THEN("its project is known") {
    const DawState state = daw.look();
    CHECK(state.tempo == 96.5);
    CHECK(state.playing == true);
    REQUIRE(state.tracks.size() == 2);
    CHECK(state.tracks[0].name == "Keys");
    CHECK(state.tracks[0].volume == 0.8);
    CHECK(state.tracks[0].pan == -0.25);
    CHECK(state.tracks[1].name == "Drums");
    CHECK_FALSE(state.tracks[1].volume);
    CHECK(state.remark.empty());
  }
  THEN("it plays, stops, and is given a MIDI file") {
    daw.play();
    daw.stop();
    daw.import(twoNotes());
    CHECK(
        (asked == std::vector<std::string>{"/api/v1/transport/play", "/api/v1/transport/stop", "/api/v1/midi/import"}));
    const auto json = nlohmann::json::parse(body);
    CHECK(json["midi_data"].get<std::string>().starts_with("TVRoZAAAAAYAAQACAeBNVHJr"));  // MThd ... MTrk
  }
}

SCENARIO("DAW-2 DAWG is away or silent or talks nonsense") {
  GIVEN("nobody at the port") {
    StrayServer gone{[](int) {}};
    const int port = gone.port();
    gone.close();
    Dawg daw{{"127.0.0.1", port}, kHasty};
    THEN("that is said") { CHECK_THROWS_AS(daw.look(), DawAway); }
    THEN("and nothing is said to have been done") { CHECK_THROWS_AS(daw.play(), DawAway); }
  }
  GIVEN("somebody who listens and says nothing") {
    const StrayServer silent{[](int) {}};
    Dawg daw{{"127.0.0.1", silent.port()}, kHasty};
    THEN("it is asked twice, and given up") {
      CHECK_THROWS_AS(daw.look(), DawAway);
      CHECK(silent.calls() == 2);
    }
    THEN("what changes something is said once") {
      CHECK_THROWS_AS(daw.import(twoNotes()), DawAway);
      CHECK(silent.calls() == 1);
    }
  }
  GIVEN("somebody who speaks no HTTP") {
    const StrayServer other{[](int call) {
      const std::string_view words = "220 smtp ready\r\nwhat?\r\n\r\n";
      if (::send(call, words.data(), words.size(), MSG_NOSIGNAL) > 0) ::shutdown(call, SHUT_RDWR);
    }};
    Dawg daw{{"127.0.0.1", other.port()}, kHasty};
    THEN("it is not DAWG") { CHECK_THROWS_AS(daw.look(), DawAway); }
  }
  GIVEN("one that refuses") {
    FakeDawg dawg;
    dawg.healthy();
    dawg.server.Get("/api/v1/project/status",
                    [](const httplib::Request&, httplib::Response& answer) { answer.status = 500; });
    dawg.server.Post("/api/v1/transport/play", [](const httplib::Request&, httplib::Response& answer) {
      answer.set_redirect("http://127.0.0.1:9/elsewhere");
    });
    dawg.begin();
    Dawg daw{dawg.place(), kCalm};
    THEN("it is there, and what it refuses is said") {
      CHECK_THAT(daw.look().remark, Contains("answered 500"));
      CHECK_THROWS_WITH(daw.stop(), Contains("answered 404"));
    }
    THEN("nobody is sent elsewhere") { CHECK_THROWS_WITH(daw.play(), Contains("answered 302")); }
  }
  GIVEN("one that answers when nobody waits any more") {
    FakeDawg dawg;
    std::latch over{1};
    std::atomic<int> calls{0};
    dawg.server.Get("/api/v1/health", [&](const httplib::Request&, httplib::Response& answer) {
      if (++calls <= 2) over.wait();
      answer.set_content("{}", "application/json");
    });
    dawg.status(R"({"bpm": 120})");
    dawg.begin();
    Dawg daw{dawg.place(), kHasty};
    THEN("it was away, and is there the next time") {
      CHECK_THROWS_AS(daw.look(), DawAway);
      over.count_down();
      Dawg patient{dawg.place(), kCalm};
      CHECK(patient.look().tempo == 120);
      CHECK(daw.look().tempo == 120);
    }
    over.count_down(over.try_wait() ? 0 : 1);
  }
  GIVEN("one whose answer has no end") {
    FakeDawg dawg;
    std::atomic<std::size_t> sent{0};
    dawg.server.Get("/api/v1/health", [&](const httplib::Request&, httplib::Response& answer) {
      answer.set_chunked_content_provider("text/plain", [&](std::size_t, httplib::DataSink& sink) {
        const std::string some(16 * 1024, 'a');
        sent += some.size();
        return sink.write(some.data(), some.size());
      });
    });
    dawg.begin();
    Dawg daw{dawg.place(), kCalm};
    THEN("it is not heard out") { CHECK_THROWS_WITH(daw.look(), Contains("more than 256 KB")); }
  }
}

SCENARIO("DAW-3 a call that never ends is abandoned") {
  GIVEN("one that says a letter now and then for ever") {
    const StrayServer drip{[](int call) {
      while (::send(call, "H", 1, MSG_NOSIGNAL) == 1) std::this_thread::sleep_for(5ms);
    }};
    DawLine line{std::make_unique<Dawg>(DawgPlace{"127.0.0.1", drip.port()}, kCalm)};
    while (drip.calls() == 0) std::this_thread::yield();
    THEN("nobody waits for it, and after ten seconds the line is cut") {
      CHECK_FALSE(line.known().connected);
      CHECK(line.ask("play", [](Daw& daw) { daw.play(); }));
      for (auto news = line.news(); news.empty(); news = line.news()) {
        line.tend(std::chrono::steady_clock::now() + 11s);
        std::this_thread::yield();
      }
    }
    THEN("nobody waits for it to leave either") { SUCCEED(); }
  }
}

TEST_CASE("DAW-4 whatever a project says of itself - it is understood or not and that is all") {
  CHECK(dawgState("[]").remark == "its project status is no JSON object");
  CHECK(dawgState("").remark == "its project status is no JSON object");
  CHECK(dawgState(R"({"tempo": "fast"})").tempo == std::nullopt);
  CHECK(dawgState(R"({"tempo": 1e300})").remark == "its tempo makes no sense");
  CHECK(dawgState(R"({"state": "playing"})").playing == true);
  CHECK(dawgState(R"({"is_playing": false, "tracks": {}})").playing == false);
  CHECK(dawgState(R"({"tracks": ["a\u001b[2Jb"]})").tracks.at(0).name == "a?[2Jb");
  std::string many = R"({"tracks": [")" + std::string(1000, 'x') + "\"";
  for (int i = 0; i < 1000; ++i) many += ", \"t\"";
  const DawState state = dawgState(many + "]}");
  CHECK(state.tracks.size() == kMostDawTracks);
  CHECK(state.tracks[0].name.size() < 110);
  const std::string deep(100'000, '[');
  CHECK(!dawgState(deep).remark.empty());
  CHECK(!dawgState("{\"project\":" + deep).remark.empty());
  REQUIRE(rc::check("anything", [](const std::string& text) { dawgState(text); }));
}

#endif
