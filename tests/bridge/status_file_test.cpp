// The file that tells other programs what this one does, in virtual time.
#include "bridge/status_file.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/bridge/midi_file_reader.hpp"

using namespace antiphon;
using namespace std::chrono_literals;
using antiphon::testing::Folder;

namespace {

using Json = nlohmann::json;

const StatusFile::Moment kBegin = std::chrono::system_clock::from_time_t(1'700'000'000);  // 2023-11-14T22:13:20Z

Json read(const std::filesystem::path& path) {
  std::ifstream in{path};
  return Json::parse(in, nullptr, false);
}

/// A variable of the environment, put back afterwards.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_{name} {
    if (const char* const was = std::getenv(name)) before_ = was;
    if (value != nullptr) setenv(name, value, 1);
    else unsetenv(name);
  }
  ~Variable() {
    if (before_) setenv(name_, before_->c_str(), 1);
    else unsetenv(name_);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_{};
};

}  // namespace

SCENARIO("STATUS-1 a program reads what the music is doing") {
  const Folder folder;
  StatusFile file{folder.path / "state" / "status.json", "antiphon-7"};
  file.happened(PhaseChanged{Phase::stopped, Phase::listening, Tick{}});
  file.model("answers", "the built-in model");
  TurnReport report;
  report.bars = 4;
  for (std::uint32_t turn = 1; turn <= 7; ++turn) {
    report.turn = turn;
    file.happened(TurnEnded{report});
  }
  file.tend(kBegin);
  const Json json = read(file.path());
  THEN("every key is there, and says what is so") {
    CHECK(json["instance"] == "antiphon-7");
    CHECK(json["last_update"] == "2023-11-14T22:13:20Z");
    CHECK(json["phase"] == "listening");
    CHECK(json["current_task"].is_null());
    CHECK(json["api_endpoints_ready"] == Json::array());
    CHECK(json["ai_models"]["answers"] == "the built-in model");
    CHECK(json["dawg_core_connected"].is_null());
    REQUIRE(json["last_turns"].size() == StatusFile::kMostTurns);
    CHECK(json["last_turns"][0]["turn"] == 3);
    CHECK(json["last_turns"][4]["turn"] == 7);
  }
  THEN("a change is written at once, and what is no change is not") {
    file.phase("listening");
    file.tend(kBegin + 1s);
    CHECK(read(file.path())["last_update"] == "2023-11-14T22:13:20Z");
    file.dawg(false);
    file.happened(PhaseChanged{Phase::listening, Phase::answering, Tick{}});
    file.endpoints({"GET /health"});
    file.tend(kBegin + 2s);
    const Json later = read(file.path());
    CHECK(later["last_update"] == "2023-11-14T22:13:22Z");
    CHECK(later["dawg_core_connected"] == false);
    CHECK(later["phase"] == "answering");
    CHECK(later["current_task"] == "playing an answer");
    CHECK(later["api_endpoints_ready"][0] == "GET /health");
  }
  THEN("nothing happens for five minutes, and it is written all the same") {
    file.tend(kBegin + 5min - 1s);
    CHECK(read(file.path())["last_update"] == "2023-11-14T22:13:20Z");
    file.tend(kBegin + 5min);
    CHECK(read(file.path())["last_update"] == "2023-11-14T22:18:20Z");
  }
  THEN("the clock is put back by a day, and it is written all the same") {
    file.tend(kBegin - 24h);
    CHECK(read(file.path())["last_update"] == "2023-11-13T22:13:20Z");
  }
  THEN("at the end it says so") {
    file.task("importing");
    file.close(kBegin + 3s);
    CHECK(read(file.path())["phase"] == "closed");
    CHECK(read(file.path())["current_task"].is_null());
  }
  THEN("nothing else is left in the folder") {
    int files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{folder.path / "state"}) ++files;
    CHECK(files == 1);
  }
}

SCENARIO("STATUS-2 a file that cannot be written is said once and the music goes on") {
  const Folder folder;
  const auto place = folder.path / "status.json";
  std::filesystem::create_directory(place);  // where the file should be
  StatusFile file{place, "x"};
  file.tend(kBegin);
  const auto news = file.news();
  REQUIRE(news);
  CHECK(news->find("status.json cannot be written") != std::string::npos);
  CHECK(news->find("the music goes on") != std::string::npos);
  file.phase("listening");
  file.tend(kBegin + 1s);
  CHECK_FALSE(file.news());
  WHEN("there is room again") {
    std::filesystem::remove(place);
    file.phase("answering");
    file.tend(kBegin + 2s);
    THEN("that is said, and it is there") {
      CHECK(file.news().value_or("").find("written again") != std::string::npos);
      CHECK(read(place)["phase"] == "answering");
    }
  }
}

SCENARIO("STATUS-3 whoever reads finds a whole file - whoever tells") {
  const Folder folder;
  StatusFile file{folder.path / "status.json", "x"};
  file.tend(kBegin);
  std::atomic<bool> over{false};
  int torn = 0, seen = 0;
  std::jthread reader{[&] {
    while (!over) {
      const Json json = read(file.path());
      torn += json.is_discarded() || !json.contains("last_turns");
      ++seen;
    }
  }};
  {
    std::vector<std::jthread> tellers;
    for (int teller = 0; teller < 3; ++teller) {
      tellers.emplace_back([&, teller] {
        for (int i = 0; i < 200; ++i) {
          file.phase(std::string(static_cast<std::size_t>(i), 'a'));
          file.model("m" + std::to_string(teller), std::to_string(i));
        }
      });
    }
    for (int i = 0; i < 300; ++i) {
      file.task(std::to_string(i));
      file.tend(kBegin + i * 1s);
    }
  }
  over = true;
  reader.join();
  CHECK(torn == 0);
  CHECK(seen > 0);
}

SCENARIO("STATUS-4 without a path it lies where the user's programs keep their state") {
  {
    const Variable state{"XDG_STATE_HOME", "/somewhere/state"};
    CHECK(usualStatusFile() == "/somewhere/state/antiphon/status.json");
  }
  const Variable home{"HOME", "/home/somebody"};
  {
    const Variable state{"XDG_STATE_HOME", "relative"};
    CHECK(usualStatusFile() == "/home/somebody/.local/state/antiphon/status.json");
  }
  const Variable state{"XDG_STATE_HOME", nullptr};
  const Variable nobody{"HOME", nullptr};
  CHECK_THROWS_WITH(usualStatusFile(), Catch::Matchers::Contains("--status-file PATH"));
}
