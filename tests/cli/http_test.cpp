// The studio over HTTP, as a user starts it and curl asks it.
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <thread>

#include "tests/cli/program.hpp"
#include "tests/cli/refusals.hpp"

using namespace antiphon::testing;
using namespace std::chrono_literals;
using Catch::Contains;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// What a shell says to a line, without its errors.
std::string shell(const std::string& line) {
  std::string out;
  FILE* const pipe = popen(line.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char bytes[4096];
  while (const std::size_t count = std::fread(bytes, 1, sizeof bytes, pipe)) out.append(bytes, count);
  pclose(pipe);
  return out;
}

std::string sixteenBits(const std::vector<double>& samples) {
  std::string bytes = "RIFF....WAVEfmt ";
  const auto little = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  };
  for (const auto& [value, size] : {std::pair{16u, 4}, {1u, 2}, {1u, 2}, {44100u, 4}, {88200u, 4}, {2u, 2}, {16u, 2}})
    little(value, size);
  bytes += "data";
  little(static_cast<std::uint32_t>(samples.size() * 2), 4);
  for (const double sample : samples)
    little(static_cast<std::uint32_t>(static_cast<std::uint16_t>(std::lround(sample * 32000))), 2);
  return bytes;
}

/// Strokes twice a second, at this pitch.
std::string music(double hertz, double seconds) {
  std::vector<double> samples;
  for (int i = 0; i < seconds * 44100; ++i) {
    const double t = i / 44100.0, since = std::fmod(t, 0.5);
    samples.push_back(0.6 * std::exp(-6 * since) * std::sin(2 * M_PI * hertz * t));
  }
  return sixteenBits(samples);
}

void write(const fs::path& file, const std::string& bytes) { std::ofstream{file, std::ios::binary} << bytes; }

std::size_t filesIn(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder}, fs::directory_iterator{}));
}

/// `antiphon serve` with a home and a folder for temporary files of its own.
class Served {
 public:
  explicit Served(std::vector<std::string> more = {}) {
    for (const fs::path& folder : {home_, temporary_, work_}) fs::create_directories(folder);
    std::vector<std::string> words{"/usr/bin/env",
                                   "ANTIPHON_HOME=" + home_.string(),
                                   "TMPDIR=" + temporary_.string(),
                                   ANTIPHON_PROGRAM,
                                   "serve",
                                   "--device",
                                   "none",
                                   "--answerer",
                                   "echo",
                                   "--http",
                                   "0"};
    words.insert(words.end(), more.begin(), more.end());
    program_.emplace(words);
    REQUIRE(program_->says("/docs\n", 20));
    const std::string said = program_->output();
    std::smatch found;
    REQUIRE(std::regex_search(said, found, std::regex{"http://[0-9.]+:([0-9]+)/docs"}));
    port_ = found[1];
    write(work_ / "song.wav", music(440, 4));
    write(work_ / "bass.wav", music(82.4, 4));
    write(work_ / "drums.wav", music(180, 4));
  }

  /// A line of curl as docs/http.md has it; the answer, then its status on a line of its own.
  std::string says(std::string line) const {
    for (std::size_t at = 0; (at = line.find("localhost:9000", at)) != std::string::npos;)
      line.replace(at, 14, "127.0.0.1:" + port_);
    return shell("cd " + work_.string() + " && " + line + " -w '\\n%{http_code}' 2>&1");
  }
  std::string curl(const std::string& words, const std::string& path) const {
    return says("curl -sS " + words + " 'http://localhost:9000" + path + "'");
  }
  Json json(const std::string& words, const std::string& path, int status = 200) const {
    const std::string answer = curl(words, path);
    INFO(answer);
    const std::size_t end = answer.rfind('\n');
    CHECK(answer.substr(end + 1) == std::to_string(status));
    return Json::parse(answer.substr(0, end));
  }
  /// The type of the first thing that is wrong.
  std::string wrong(const std::string& words, const std::string& path) const {
    const Json detail = json(words, path, 422).at("detail");
    return detail.is_string() ? detail.get<std::string>() : detail.at(0).at("type").get<std::string>();
  }
  void command(const std::string& name, const std::string& words) const {
    const Json answer = json("-X POST " + words, "/api/v1/commands/" + name);
    CHECK(answer.at("ok") == true);
  }

  const fs::path& temporaryFolder() const { return temporary_; }
  const fs::path& work() const { return work_; }
  const fs::path& home() const { return home_; }
  Running& program() { return *program_; }
  const std::string& port() const { return port_; }

 private:
  fs::path home_ = temporary("home"), temporary_ = temporary("tmp"), work_ = temporary("work");
  std::optional<Running> program_{};
  std::string port_{};
};

std::vector<std::string> linesOfCurl() {
  std::istringstream page{contents(std::string{ANTIPHON_DOCS} + "/http.md")};
  std::vector<std::string> lines;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("curl ")) lines.push_back(line);
  }
  return lines;
}

}  // namespace

SCENARIO("HTTP-15 docs/http.md says what there is and every line of it works", "[real-time]") {
  const auto page = runAntiphon({"commands", "--http-page"});
  REQUIRE(page.code == 0);
  INFO("antiphon commands --http-page >docs/http.md makes it anew");
  CHECK((page.out == contents(std::string{ANTIPHON_DOCS} + "/http.md")));

  const Served studio;
  studio.command("create", "-d name=pad -d osc=saw");
  studio.command("patch", "-d 'words=pad > out' ");
  studio.command("note", "-d name=pad -d key=C3 -d velocity=100 -d seconds=600");
  const std::vector<std::string> lines = linesOfCurl();
  for (const std::string& line : lines) {
    INFO(line);
    std::string asked = line;
    if (const std::size_t at = asked.find("JOB"); at != std::string::npos) {
      const std::string job = studio.json("-X POST", "/api/v1/generate/melody?async=1&bars=64", 202).at("job");
      asked.replace(at, 3, job);
    }
    const std::string answer = studio.says(asked);
    INFO(answer);
    CHECK(answer.ends_with("\n200"));
    if (line.find("/docs") == std::string::npos) CHECK(Json::accept(answer.substr(0, answer.rfind('\n'))));
    else CHECK_THAT(answer, Contains("<h1>Antiphon") && !Contains("src=") && !Contains("http://www"));
  }
  // Each has its line.
  const Json paths = studio.json("", "/openapi.json").at("paths");
  CHECK(paths.size() > 50);
  for (const auto& [path, methods] : paths.items()) {
    if (path.starts_with("/api/v1/commands/")) continue;
    const std::string fixed = path.substr(0, path.find('{'));
    CHECK(std::ranges::any_of(lines,
                              [&](const std::string& line) { return line.find("9000" + fixed) != std::string::npos; }));
  }
}

SCENARIO("HTTP-16 A recording that is none is answered with what is wrong", "[real-time]") {
  const Served studio;
  const std::string whole = music(440, 2);
  const auto& work = studio.work();
  write(work / "empty.wav", "");
  write(work / "text.wav", "this is no music\n");
  write(work / "cut.wav", whole.substr(0, 20));
  write(work / "name.wav", whole);
  const std::string path = "/api/v1/analyze/audio";
  for (const std::string name : {"empty.wav", "text.wav", "cut.wav"})
    CHECK(studio.wrong("-F file=@" + name, path) == "value_error");
  CHECK(studio.wrong("-X POST", path) == "missing");
  CHECK(studio.wrong("-F other=@song.wav", path) == "extra_forbidden");
  CHECK(studio.wrong("-F file=words", path) == "value_error");
  CHECK(studio.wrong("-F file=@song.wav -F file=@song.wav", path) == "too_long");
  CHECK_THAT(studio.curl("--data-binary @song.wav -H 'Content-Type: audio/wav'", path), Contains("\n415"));
  CHECK_THAT(studio.curl("-H 'Content-Type: multipart/form-data; boundary=B' --data-binary "
                         "$'--B\\r\\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\\r\\n\\r\\nRIFF'",
                         path),
             Contains("the form is cut off") && Contains("\n400"));
  CHECK_THAT(studio.curl("-H 'Content-Type: application/json' -d '[[[['", path),
             Contains("json_invalid") && Contains("\n422"));
  CHECK_THAT(studio.curl("-H 'Content-Length: 5' -H 'Transfer-Encoding: chunked' -d '5'", path), Contains("\n400"));
  CHECK_THAT(studio.curl("-H 'Content-Length: 700000000' -F file=@song.wav", path), Contains("\n413"));
  const Json analysis = studio.json("-F 'file=@name.wav;filename=../../etc/passwd'", path);
  CHECK(analysis.at("duration").get<double>() == Approx(2).margin(0.01));
  for (const char* key : {"tempo", "beats", "beat_times", "key", "mode", "key_confidence", "spectral_centroid_mean",
                          "spectral_rolloff_mean", "rms_mean", "zero_crossing_rate_mean"})
    CHECK(analysis.contains(key));
  CHECK(filesIn(studio.temporaryFolder()) == 0);
}

SCENARIO("HTTP-17 Music is made up as it was asked for", "[real-time]") {
  const Served studio;
  const Json drums = studio.json("-X POST", "/api/v1/generate/midi");
  CHECK(drums.at("status") == "success");
  CHECK(drums.at("style") == "drums");
  CHECK(drums.at("tempo") == 120);
  CHECK(drums.at("bars") == 4);
  CHECK(drums.at("midi_base64").get<std::string>().starts_with("TVRoZ"));  // MThd
  const std::string wish = "-d key=F# -d scale=dorian -d bars=2 -d seed=7";
  const Json bass = studio.json(wish, "/api/v1/generate/bassline");
  CHECK(bass.at("key") == "F#");
  CHECK(bass.at("scale") == "dorian");
  CHECK(bass == studio.json(wish, "/api/v1/generate/bassline"));
  CHECK(bass.at("midi_base64") !=
        studio.json("-d key=F# -d scale=dorian -d bars=2", "/api/v1/generate/bassline").at("midi_base64"));
  CHECK(studio.wrong("-d key=H", "/api/v1/generate/melody") == "value_error");
  CHECK(studio.wrong("-d scale=wrong", "/api/v1/generate/melody") == "value_error");
  CHECK(studio.wrong("-d bars=65", "/api/v1/generate/melody") == "less_than_equal");
  CHECK(studio.wrong("-d temperature=hot", "/api/v1/generate/midi") == "float_parsing");
}

SCENARIO("HTTP-18 A mix is judged and levelled, of stems and of what plays", "[real-time]") {
  const Served studio;
  const std::string stems = "-F stems=@bass.wav -F stems=@drums.wav ";
  const Json advice = studio.json(stems, "/api/v1/mixing/suggest");
  CHECK(advice.at("suggestions").is_array());
  CHECK(advice.at("mix_quality_score").get<double>() <= 100);
  const Json levels = studio.json(stems + "-F target_lufs=-20", "/api/v1/mixing/auto_level");
  CHECK(levels.at("status") == "success");
  for (const char* track : {"bass", "drums"}) {
    CHECK(levels.at("levels").at(track).contains("gain_db"));
    CHECK(levels.at("levels").at(track).contains("pan"));
  }
  CHECK(studio.wrong("-F stems=@bass.wav -F stems=@/etc/hostname", "/api/v1/mixing/suggest") == "value_error");
  CHECK(studio.wrong("-F target_lufs=5 " + stems, "/api/v1/mixing/auto_level") == "less_than_equal");
  CHECK(filesIn(studio.temporaryFolder()) == 0);

  const Json silent = studio.json("-X POST", "/api/v1/mixing/suggest", 409);
  CHECK(silent.at("detail").get<std::string>().size() > 10);
  CHECK(studio.json("-d project_id=nobody", "/api/v1/analyze/project", 404)
            .at("detail")
            .get<std::string>()
            .find("live") != std::string::npos);
  CHECK_THAT(studio.curl("-d project_id=../../etc/passwd", "/api/v1/analyze/project"), Contains("\n404"));
  studio.command("create", "-d name=bass -d osc=saw");
  studio.command("sequence", "-d name=bass -d words=x.x.x.x.");
  studio.command("save", "-d what=session -d name=song");
  studio.command("play", "");
  const Json saved = studio.json("-d project_id=song", "/api/v1/analyze/project");
  CHECK(saved.at("project_id") == "song");
  CHECK(saved.at("num_tracks") == 1);
  CHECK(saved.contains("mix_quality_score"));
  // What is judged has sounded for a while: it is asked until it has.
  std::string heard;
  for (int i = 0; i < 100 && heard.find("\n200") == std::string::npos; ++i) {
    heard = studio.curl("-X POST", "/api/v1/mixing/auto_level?apply=true&target_lufs=-23");
    std::this_thread::sleep_for(100ms);
  }
  INFO(heard);
  CHECK_THAT(heard, Contains("\"applied\":true") && Contains("\"bass\":{\"gain_db\":"));
  studio.command("undo", "");
  const Json live = studio.json("-d project_id=live", "/api/v1/analyze/project");
  CHECK(live.at("num_tracks") == 1);
  CHECK(live.at("suggestions").is_array());
}

SCENARIO("HTTP-19 It ends well, and what was begun is answered", "[real-time]") {
  std::string port;
  {
    Served studio;
    std::string answer;
    std::thread asking{[&] { answer = studio.curl("-X POST", "/api/v1/generate/melody?bars=64"); }};
    bool begun = false;
    for (int i = 0; i < 100 && !begun; ++i) {
      begun = studio.curl("-X POST", "/api/v1/commands/status").find(", 2 now") != std::string::npos;
      std::this_thread::sleep_for(10ms);
    }
    studio.program().signal(SIGTERM);
    asking.join();
    INFO(answer);
    CHECK((answer.ends_with("\n200") || answer.ends_with("\n503")));
    CHECK(studio.program().wait(20) == 0);
    CHECK_THAT(studio.program().output(), Contains("[end]"));
    port = studio.port();
  }
  Running quiet{{ANTIPHON_PROGRAM, "serve", "--quiet", "--device", "none", "--answerer", "echo", "--http", port}};
  std::string here;
  for (int i = 0; i < 200 && here.find("running") == std::string::npos; ++i) {
    here = shell("curl -sS http://127.0.0.1:" + port + "/ 2>&1");
    std::this_thread::sleep_for(50ms);
  }
  CHECK_THAT(here, Contains("running"));
  CHECK(quiet.output().empty());
  refused({"serve", "--device", "none", "--answerer", "echo", "--http", port}, "--http takes another port");
  CHECK_THAT(shell("curl -sS -X POST http://127.0.0.1:" + port + "/api/v1/commands/quit"), Contains("true"));
  CHECK(quiet.wait(20) == 0);
}

SCENARIO("HTTP-20 HTTP is asked for wrongly") {
  refused({"serve", "--device", "none", "--answerer", "echo", "--http", "0", "--http-bind", "0.0.0.0"},
          "ANTIPHON_HTTP_TOKEN");
  refused({"serve", "--device", "none", "--answerer", "echo", "--http", "0", "--http-bind", "here"},
          "--http-bind takes an IPv4 address");
  refused({"serve", "--device", "none", "--answerer", "echo", "--http", "0", "--http-token", "short"},
          "--http-token takes a word");
  refused({"studio", "--http-token", "long-enough"}, "add --http");
  refused({"studio", "--http-origin", "https://daw.example"}, "add --http");
  refused({"serve", "--http", "99999"}, "65535");
}
