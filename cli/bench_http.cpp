// Whether the music goes on while HTTP is asked for as much as it can give: many connections, and analyses beside them.
#include "cli/benches.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/exit.hpp"
#include "cli/figures.hpp"
#include "cli/words.hpp"
#include "synth/engine.hpp"

#if !defined(_WIN32)
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "bridge/http/all_routes.hpp"
#include "bridge/http/http_door.hpp"
#include "bridge/quiet_send.hpp"
#include "cli/played_studio.hpp"
#include "cli/statistics.hpp"
#include "scheduler/steady_now.hpp"
#if defined(ANTIPHON_HAVE_JACK)
#include "bridge/dummy_jack.hpp"
#endif
#endif

namespace antiphon {
namespace {

struct HttpWish {
  int seconds = 60, connections = 200, analyses = 8, rate = 10, period = 256;
  bool jack = false, json = false;
};

#if !defined(_WIN32)

using namespace std::chrono_literals;

constexpr int kSoundSeconds = 60;  // of what is analysed
constexpr Nanos kPatience = 60s;   // for the last answers, when nothing new is asked for

/// A minute of chords with a beat, as a WAV file of 16 bits.
std::string soundFile() {
  constexpr int kRate = 44100;
  std::string bytes;
  const auto little = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  };
  const std::uint32_t size = kRate * kSoundSeconds * 2;
  bytes += "RIFF";
  little(36 + size, 4);
  bytes += "WAVEfmt ";
  for (const auto& [value, width] : {std::pair{16, 4}, {1, 2}, {1, 2}, {kRate, 4}, {kRate * 2, 4}, {2, 2}, {16, 2}})
    little(static_cast<std::uint32_t>(value), width);
  bytes += "data";
  little(size, 4);
  for (int i = 0; i < kRate * kSoundSeconds; ++i) {
    const double t = static_cast<double>(i) / kRate, sinceBeat = std::fmod(t, 0.5);
    double sum = std::exp(-sinceBeat * 30) * std::sin(2 * std::numbers::pi * 60 * sinceBeat);
    for (const double hertz : {261.63, 329.63, 392.0}) sum += 0.15 * std::sin(2 * std::numbers::pi * hertz * t);
    little(static_cast<std::uint32_t>(static_cast<std::int16_t>(sum * 18000)), 2);
  }
  return bytes;
}

/// What one connection asks, again and again.
struct Asker {
  int socket = -1;
  std::vector<std::string> requests{};
  std::size_t next = 0, sent = 0;
  std::string in{};
  bool waits = false;
  Nanos asked{}, due{}, apart{};
};

struct Tally {
  std::int64_t asked = 0, answered = 0, refused = 0, wrong = 0, lost = 0;
  std::vector<double> ms{};

  nlohmann::ordered_json toJson() const {
    return {{"asked", asked},
            {"answered", answered},
            {"refused", refused},
            {"answered_wrongly", wrong},
            {"lost", lost},
            {"ms_median", percentile(ms, 50)},
            {"ms_p99", percentile(ms, 99)},
            {"ms_worst", percentile(ms, 100)}};
  }
};

/// All askers, by one thread.
class Load {
 public:
  explicit Load(int port) : port_{port} {}
  ~Load() {
    for (const Asker& asker : askers_) ::close(asker.socket);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// `rate`: requests a second; 0: as soon as the last one is answered.
  void add(std::vector<std::string> requests, double rate, Nanos first) {
    Asker asker{.socket = connected(), .requests = std::move(requests), .due = first};
    if (rate > 0) asker.apart = Nanos{std::llround(1e9 / rate)};
    askers_.push_back(std::move(asker));
  }

  Tally run(Nanos until) {
    Tally tally;
    std::vector<pollfd> polled;
    while (true) {
      const Nanos now = steadyNow();
      bool waits = false;
      polled.clear();
      Nanos next = now + 100ms;
      for (Asker& asker : askers_) {
        if (!asker.waits && now < until && asker.due <= now) begin(asker, tally);
        if (!asker.waits && now < until) next = std::min(next, asker.due);
        waits = waits || asker.waits;
        const bool writes = asker.waits && asker.sent < asker.requests[asker.next].size();
        polled.push_back({asker.socket, static_cast<short>((asker.waits ? POLLIN : 0) | (writes ? POLLOUT : 0)), 0});
      }
      if ((now >= until && !waits) || now > until + kPatience) break;
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(next - now, Nanos{}));
      ::poll(polled.data(), static_cast<nfds_t>(polled.size()), static_cast<int>(wait.count()));
      for (std::size_t i = 0; i < askers_.size(); ++i) {
        if ((polled[i].revents & POLLOUT) != 0) write(askers_[i]);
        if ((polled[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0) read(askers_[i], tally);
      }
    }
    for (const Asker& asker : askers_) tally.lost += asker.waits ? 1 : 0;
    return tally;
  }

 private:
  int connected() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket < 0 || ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error{"no connection can be made on this machine; ulimit -n says how many files may be open"};
    fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
    return socket;
  }

  void begin(Asker& asker, Tally& tally) {
    asker.next = (asker.next + 1) % asker.requests.size();
    asker.sent = 0;
    asker.in.clear();
    asker.waits = true;
    asker.asked = steadyNow();
    asker.due = std::max(asker.due + asker.apart, asker.asked);
    ++tally.asked;
    write(asker);
  }

  static void write(Asker& asker) {
    const std::string& request = asker.requests[asker.next];
    while (asker.sent < request.size()) {
      const auto count = ::send(asker.socket, request.data() + asker.sent, request.size() - asker.sent, kQuietly);
      if (count <= 0) return;
      asker.sent += static_cast<std::size_t>(count);
    }
  }

  void read(Asker& asker, Tally& tally) {
    std::array<char, 65536> bytes;
    const auto count = ::recv(asker.socket, bytes.data(), bytes.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return again(asker, tally);
    asker.in.append(bytes.data(), static_cast<std::size_t>(count));
    const std::size_t head = asker.in.find("\r\n\r\n"), length = asker.in.find("Content-Length: ");
    if (head == std::string::npos || length == std::string::npos) return;
    if (asker.in.size() < head + 4 + std::stoul(asker.in.substr(length + 16, 12))) return;
    asker.waits = false;
    const std::string status = asker.in.substr(9, 3);
    if (status == "200") {
      ++tally.answered;
      tally.ms.push_back(static_cast<double>((steadyNow() - asker.asked).count()) / 1e6);
    } else {
      ++(status == "503" ? tally.refused : tally.wrong);
    }
    if (asker.in.find("Connection: close") < head) reconnect(asker);
  }

  /// Closed without a word.
  void again(Asker& asker, Tally& tally) {
    tally.lost += asker.waits ? 1 : 0;
    asker.waits = false;
    reconnect(asker);
  }
  void reconnect(Asker& asker) const {
    ::close(asker.socket);
    asker.socket = connected();
  }

  int port_;
  std::vector<Asker> askers_{};
};

std::string request(const std::string& method, const std::string& path) {
  return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::string upload(const std::string& sound) {
  const std::string body = "--bench\r\nContent-Disposition: form-data; name=\"file\"; filename=\"minute.wav\"\r\n\r\n" +
                           sound + "\r\n--bench--\r\n";
  return "POST /api/v1/analyze/audio HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; "
         "boundary=bench\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

int benchHttp(const HttpWish& wish) {
#if defined(ANTIPHON_HAVE_JACK)
  std::optional<DummyJack> server;
  if (wish.jack) server.emplace(true, static_cast<unsigned>(wish.period));
#else
  if (wish.jack) throw UsageError{"this build has no JACK in it"};
#endif
  PlayedStudio studio{wish.jack, 0, wish.period};
  http::Router router;
  http::addAllRoutes(router, {.doorway = studio.doorway(),
                              .table = studio.table(),
                              .version = ANTIPHON_VERSION,
                              .ensemble = &studio.ensemble()});
  HttpDoor door{{.port = 0}, std::move(router), ANTIPHON_VERSION};
  const auto tell = [&](const char* what) {
    if (!wish.json) std::fprintf(stderr, "\r\x1b[K%s", what);
  };
  // What the machine itself leaves out, while nobody asks for anything.
  tell("as long without anybody");
  const Nanos begun = steadyNow();
  std::this_thread::sleep_for(std::chrono::seconds{wish.seconds});

  tell("asked");
  const Nanos start = steadyNow(), until = start + std::chrono::seconds{wish.seconds};
  Tally analyses;
  std::thread analysing{[&] {
    Load load{door.port()};
    const std::string sound = upload(soundFile());
    for (int i = 0; i < wish.analyses; ++i) load.add({sound}, 0, start);
    if (wish.analyses > 0) analyses = load.run(until);
  }};
  Load load{door.port()};
  for (int i = 0; i < wish.connections; ++i) {
    load.add({request("GET", "/"), request("GET", "/health"), request("POST", "/api/v1/commands/mixer"),
              request("POST", "/api/v1/commands/set?what=pad.cutoff&value=" + std::to_string(300 + i))},
             wish.rate, start + Nanos{1'000'000'000LL * i / wish.connections / std::max(1, wish.rate)});
  }
  const Tally requests = load.run(until);
  analysing.join();
  const nlohmann::ordered_json sound = studio.gapsBetween(start, steadyNow());
  const synth::EngineMetrics metrics = studio.ensemble().metrics();
  tell("");

  const nlohmann::ordered_json figures{{"device", wish.jack ? "JACK's dummy" : "none"},
                                       {"realtime_priority", probeThreadPriority() == ThreadPriority::realtime},
                                       {"period_frames", wish.period},
                                       {"seconds", wish.seconds},
                                       {"connections", wish.connections},
                                       {"parallel_analyses", wish.analyses},
                                       {"sound", sound},
                                       {"sound_as_long_without_requests", studio.gapsBetween(begun, start)},
                                       {"periods_made_too_slowly", metrics.overruns},
                                       {"requests", requests.toJson()},
                                       {"analyses", analyses.toJson()},
                                       {"analysed_seconds_each", kSoundSeconds}};
  if (wish.json) {
    std::printf("%s\n", figures.dump(2).c_str());
  } else {
    printFigures(figures);
  }
  const bool well = requests.lost + requests.wrong + analyses.lost + analyses.wrong == 0;
  return well ? kExitOk : kExitFailed;
}

#else

int benchHttp(const HttpWish&) { throw UsageError{"this build does not serve HTTP on Windows"}; }

#endif

}  // namespace

Action addHttpBench(CLI::App& bench) {
  auto* sub = bench.add_subcommand("http", "Many connections and analyses over HTTP while the studio sounds");
  auto wish = std::make_shared<HttpWish>();
  sub->add_option("--seconds", wish->seconds, "How long (default 60)")->check(wholeNumber(1, 86'400));
  sub->add_option("--connections", wish->connections, "That ask (default 200)")->check(wholeNumber(1, 5'000));
  sub->add_option("--analyses", wish->analyses, "Of a minute of sound, at the same time (default 8)")
      ->check(wholeNumber(0, 64));
  sub->add_option("--requests", wish->rate,
                  "Of each connection, a second; 0: as fast as they are answered (default 10)")
      ->check(wholeNumber(0, 10'000));
  sub->add_option("--period", wish->period, "Frames of a period (default 256)")
      ->check(wholeNumber(synth::kLeastPeriod, synth::kMostPeriod));
  sub->add_flag("--jack", wish->jack, "Over a JACK server of its own; else to no device, by this machine's clock");
  sub->add_flag("--json", wish->json, "Print JSON");
  return [wish] { return benchHttp(*wish); };
}

}  // namespace antiphon
