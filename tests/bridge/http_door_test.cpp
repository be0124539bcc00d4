// The HTTP door over real sockets on this machine: whoever comes, however many, and whatever they do.
#if !defined(_WIN32)

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <nlohmann/json.hpp>
#include <thread>

#include "bridge/http/all_routes.hpp"
#include "bridge/http/error.hpp"
#include "bridge/http/http_door.hpp"
#include "bridge/http/service.hpp"
#include "bridge/whole_table.hpp"

using namespace antiphon;
using namespace antiphon::http;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

#if defined(ANTIPHON_SANITIZED)
constexpr int kCrowd = 600;
#else
constexpr int kCrowd = 3000;
#endif

/// A socket that reads for five seconds at most.
class Wire {
 public:
  explicit Wire(int port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    const timeval limit{5, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Wire() { ::close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool connected() const { return connected_; }
  Wire& say(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return *this;
  }
  void sayNoMore() { ::shutdown(socket_, SHUT_WR); }
  /// Until this stands there, or nothing more comes.
  std::string hear(const std::string& until) {
    std::string all;
    char byte = 0;
    while (all.find(until) == std::string::npos && ::recv(socket_, &byte, 1, 0) == 1) all += byte;
    return all;
  }
  /// Until the other side closes.
  std::string rest() { return hear(std::string(1, '\x04')); }
  /// One answer, whole.
  std::string answer() {
    std::string all = hear("\r\n\r\n");
    const std::size_t length = all.find("Content-Length: ");
    std::size_t left = length == std::string::npos ? 0 : std::stoul(all.substr(length + 16));
    std::string body(left, '\0');
    if (left > 0)
      body.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::recv(socket_, body.data(), left, MSG_WAITALL))));
    return all + body;
  }

 private:
  int socket_;
  bool connected_ = false;
};

std::string get(const std::string& path, const std::string& more = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}
std::string post(const std::string& path, const std::string& type, const std::string& body,
                 const std::string& more = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more + "\r\n" + body;
}

/// Work that is done when the test says so.
class Held {
 public:
  void await(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    ++begun_;
    changed_.notify_all();
    const std::stop_callback wakes{stop, [this] {
                                     const std::lock_guard wake{stopMutex_};
                                     changed_.notify_all();
                                   }};
    while (!released_ && !stop.stop_requested()) changed_.wait_for(lock, 20ms);
    if (stop.stop_requested()) ++stopped_;
    changed_.notify_all();
  }
  void release() {
    const std::lock_guard lock{mutex_};
    released_ = true;
    changed_.notify_all();
  }
  bool begun(int so, int stopped) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 10s, [&] { return begun_ >= so && stopped_ >= stopped; });
  }

 private:
  std::mutex mutex_{}, stopMutex_{};
  std::condition_variable changed_{};
  int begun_ = 0, stopped_ = 0;
  bool released_ = false;
};

struct House {
  explicit House(HttpPlace place = {}) : door{at(std::move(place)), routes(), "1.2.3"} {}
  static HttpPlace at(HttpPlace place) {
    place.port = 0;
    return place;
  }
  Router routes() {
    Router router;
    addAllRoutes(router,
                 {.doorway = doorway, .table = studio.table(), .version = "1.2.3", .ensemble = &studio.ensemble()});
    router.add({.method = "POST",
                .path = "/work",
                .purpose = "Something that takes a while.",
                .lasts = true,
                .handle = [this](http::Call& call) {
                  call.advance(0.5);
                  held.await(call.stop);
                  return Answer{200, "\"worked\""};
                }});
    return router;
  }
  std::string ask(const std::string& request) { return Wire{door.port()}.say(request).answer(); }

  UnplayedStudio studio{};
  Doorway doorway{studio.table(), &studio.ensemble().desk()};
  Held held{};
  HttpDoor door;
};

nlohmann::json bodyOf(const std::string& answer) {
  return nlohmann::json::parse(answer.substr(std::min(answer.find("\r\n\r\n") + 4, answer.size())));
}

const std::string kForm = "application/x-www-form-urlencoded";

}  // namespace

SCENARIO("HTTP-8 A connection serves one request after the other") {
  House house;
  Wire wire{house.door.port()};
  CHECK_THAT(wire.say(get("/")).answer(),
             Contains("HTTP/1.1 200 OK") && Contains("\"service\":\"antiphon\"") && Contains("\"version\":\"1.2.3\""));
  CHECK_THAT(wire.say("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n").hear("\r\n\r\n"), Contains("Content-Length: 5"));
  wire.say(get("/health") + get("/nowhere") + post("/api/v1/commands/create", kForm, "name=bass&osc=saw") +
           get("/health"));
  CHECK_THAT(wire.answer(), Contains("\"status\":\"healthy\""));
  CHECK_THAT(wire.answer(), Contains("404 Not Found") && Contains("there is nothing at /nowhere"));
  CHECK(house.ask(get("/health")).find("200 OK") != std::string::npos);
  CHECK(house.studio.ensemble().desk().patch().instrument("bass") == nullptr);  // behind what was not understood

  Wire second{house.door.port()};
  second.say(
      "POST /api/v1/commands/create HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
  CHECK_THAT(second.hear("\r\n\r\n"), Contains("100 Continue"));
  for (const char c : std::string{"8\r\n{\"name\":\r\n14\r\n\"bass\",\"osc\":\"saw\"} \r\n0\r\n\r\n"})
    second.say({&c, 1});
  CHECK_THAT(second.answer(), Contains("{\"ok\":true"));
  CHECK(house.studio.ensemble().desk().patch().instrument("bass") != nullptr);
  second.say(get("/", "Connection: close\r\n")).sayNoMore();
  CHECK_THAT(second.rest(), Contains("Connection: close") && Contains("running"));
}

SCENARIO("HTTP-9 Who is wrong is told so in detail") {
  House house;
  CHECK_THAT(house.ask(get("/api/v1/commands/tempo")), Contains("405") && Contains("Allow: POST, OPTIONS"));
  CHECK_THAT(house.ask(post("/api/v1/commands/tenpo", kForm, "x=1")),
             Contains("404") && Contains("the nearest are tempo"));
  CHECK_THAT(house.ask(post("/api/v1/commands/tempo", kForm, "bpm=900")),
             Contains("422") && Contains("less_than_equal"));
  CHECK_THAT(house.ask(post("/api/v1/commands/gain", kForm, "name=nobody&level=-6")),
             Contains("400") && Contains("\"detail\":"));
  CHECK_THAT(house.ask(post("/api/v1/commands/tempo", "text/plain", "bpm=90")), Contains("415"));
  CHECK_THAT(
      house.ask(
          "POST /api/v1/commands/tempo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"),
      Contains("400"));
  CHECK_THAT(house.ask(get("/", "X: " + std::string(40'000, 'a') + "\r\n")), Contains("431"));
  CHECK_THAT(house.ask(std::string(100'000, '\0')), Contains("431"));
  CHECK_THAT(house.ask(post("/api/v1/commands/tempo", "application/json", std::string(900'000, '['))),
             Contains("422") && Contains("json_invalid"));
  CHECK_THAT(house.ask("POST /api/v1/commands/tempo HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                       "application/json\r\nContent-Length: 99999999\r\n\r\n"),
             Contains("413"));
  // A client that sends on although it was refused hears why all the same.
  Wire stubborn{house.door.port()};
  stubborn.say(
      "POST /api/v1/commands/tempo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
      "9999999\r\n\r\n");
  stubborn.say(std::string(2'000'000, ' '));
  CHECK_THAT(stubborn.answer(), Contains("413"));
  CHECK_THAT(house.ask(get("/health")), Contains("healthy"));
}

SCENARIO("HTTP-10 Pages of other sites and programs without the word are not answered") {
  GIVEN("a studio for this machine") {
    House house;
    CHECK_THAT(house.ask("GET / HTTP/1.1\r\nHost: daw.example:9000\r\n\r\n"), Contains("403"));
    CHECK_THAT(house.ask("GET / HTTP/1.1\r\nHost: 127.0.0.1:9000\r\n\r\n"), Contains("200"));
    CHECK_THAT(house.ask(get("/", "Origin: https://daw.example\r\n")), Contains("403") && !Contains("Allow-Origin"));
    CHECK_THAT(house.ask(get("/", "Origin: http://localhost.daw.example\r\n")), Contains("403"));
    CHECK_THAT(house.ask(get("/", "Origin: null\r\n")), Contains("403"));
    CHECK_THAT(house.ask(get("/", "Origin: http://localhost:3000\r\n")),
               Contains("Access-Control-Allow-Origin: http://localhost:3000\r\n"));
    CHECK_THAT(
        house.ask("OPTIONS /api/v1/commands/tempo HTTP/1.1\r\nHost: localhost\r\nOrigin: http://127.0.0.1:5173\r\n"
                  "Access-Control-Request-Method: POST\r\n\r\n"),
        Contains("204") && Contains("Access-Control-Allow-Methods: GET, POST"));
  }
  GIVEN("one that has a word and lets a site in") {
    House house{{.token = "open-sesame", .origins = {"https://daw.example/"}}};
    CHECK_THAT(house.ask(get("/")), Contains("401") && Contains("WWW-Authenticate: Bearer"));
    CHECK_THAT(house.ask(get("/", "Authorization: Bearer open-sesam\r\n")), Contains("401"));
    CHECK_THAT(house.ask(get("/", "Authorization: Bearer open-sesamf\r\n")), Contains("401"));
    CHECK_THAT(house.ask("GET / HTTP/1.1\r\nHost: studio.example\r\nAuthorization: Bearer open-sesame\r\n"
                         "Origin: https://daw.example\r\n\r\n"),
               Contains("200") && Contains("Access-Control-Allow-Origin: https://daw.example"));
  }
  GIVEN("places that cannot be") {
    const auto refused = [](HttpPlace place) {
      try {
        HttpDoor{place, Router{}, ""};
      } catch (const DoorError& error) {
        return std::string{error.what()};
      }
      return std::string{};
    };
    CHECK_THAT(refused({.port = 0, .bind = "0.0.0.0"}), Contains("ANTIPHON_HTTP_TOKEN"));
    CHECK_THAT(refused({.port = 0, .bind = "here"}), Contains("--http-bind takes an IPv4 address"));
    CHECK_THAT(refused({.port = 0, .token = "short"}), Contains("--http-token takes a word of 8 to 256"));
    CHECK_THAT(refused({.port = 0, .origins = {"daw.example"}}), Contains("--http-origin"));
    House house;
    CHECK_THAT(refused({.port = house.door.port()}), Contains("--http takes another port"));
  }
}

SCENARIO("HTTP-11 What lasts is done one after the other and can be asked for later") {
  House house;
  const std::string work = post("/work", kForm, "");
  const int threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()) - 1, 1, 4);
  std::vector<std::unique_ptr<Wire>> waiting;
  const auto fill = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      waiting.push_back(std::make_unique<Wire>(house.door.port()));
      waiting.back()->say(work);
    }
  };
  fill(static_cast<std::size_t>(threads));
  REQUIRE(house.held.begun(threads, 0));
  const std::string later = house.ask(post("/work?async=1", kForm, ""));
  CHECK_THAT(later, Contains("202"));
  const std::string job = bodyOf(later).at("job");
  const std::string other = bodyOf(house.ask(post("/work?async=yes", kForm, ""))).at("job");
  const auto report = [&](const std::string& name) { return bodyOf(house.ask(get("/api/v1/jobs/" + name))); };
  CHECK(report(job).at("status") == "queued");
  CHECK(report(job).at("result").is_null());
  CHECK(bodyOf(house.ask("DELETE /api/v1/jobs/" + other + " HTTP/1.1\r\nHost: localhost\r\n\r\n")).at("status") ==
        "cancelled");
  CHECK_THAT(house.ask(get("/api/v1/jobs/nothing")), Contains("404"));

  WHEN("too many ask") {
    fill(Service::kMostLasting - 1);
    std::string full;
    for (std::size_t i = 0; i <= Service::kMostLasting && full.find("503") == std::string::npos; ++i)
      full = house.ask(post("/work?async=1", kForm, ""));
    THEN("they are told to come again and all others are still answered") {
      CHECK_THAT(full, Contains("503") && Contains("Retry-After: 2"));
      CHECK_THAT(house.ask(get("/health")), Contains("healthy"));
    }
    house.held.release();
  }
  WHEN("it is done") {
    house.held.release();
    CHECK_THAT(waiting.front()->answer(), Contains("200 OK") && Contains("\"worked\""));
    THEN("the result is kept") {
      auto told = report(job);
      for (int i = 0; i < 500 && told.at("status") != "done"; ++i) {
        std::this_thread::yield();
        told = report(job);
      }
      CHECK(told.at("status") == "done");
      CHECK(told.at("progress") == 1);
      CHECK(told.at("result") == "worked");
    }
  }
  WHEN("who waits for it goes away") {
    waiting.clear();
    THEN("it is cancelled") { CHECK(house.held.begun(threads, threads)); }
    house.held.release();
  }
  WHEN("the studio is closed while somebody waits") {
    std::thread closing{[&] { house.held.release(); }};
    CHECK_THAT(waiting.front()->answer(), Contains("\"worked\""));
    closing.join();
  }
}

SCENARIO("HTTP-12 A crowd that says nothing keeps nobody out") {
  House house;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 3 * kCrowd);
  setrlimit(RLIMIT_NOFILE, &files);
  const int most = static_cast<int>(std::min<rlim_t>(kCrowd, files.rlim_cur / 2));
  std::vector<std::unique_ptr<Wire>> crowd;
  for (int i = 0; i < most; ++i) {
    crowd.push_back(std::make_unique<Wire>(house.door.port()));
    REQUIRE(crowd.back()->connected());
    if (i % 3 == 0) crowd.back()->say("GET / HT");
    if (i % 100 == 0)
      CHECK_THAT(house.ask(get("/health")), Contains("healthy") || Contains("503") || Catch::Equals(""));
  }
  // A second later the silent ones have no more right to their places than who asks for something.
  std::string answer;
  for (int i = 0; i < 600 && answer.find("healthy") == std::string::npos; ++i) {
    answer = house.ask(get("/health"));
    std::this_thread::sleep_for(10ms);
  }
  CHECK_THAT(answer, Contains("healthy"));
  CHECK(house.door.counts().connections <= Connections::kMost);
  CHECK(house.door.counts().turnedAway >= static_cast<std::uint64_t>(most) - Connections::kMost);
}

namespace {

/// Connections in virtual time.
struct Hall {
  Hall() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener, 16) == 0);
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  void turn() {
    std::vector<pollfd> polled;
    connections.watch(polled);
    ::poll(polled.data(), static_cast<nfds_t>(polled.size()), 50);
    connections.serve(polled, now);
  }
  void turnUntil(const std::function<bool()>& done) {
    for (int i = 0; i < 200 && !done(); ++i) turn();
    CHECK(done());
  }

  Stores stores{};
  int listener = ::socket(AF_INET, SOCK_STREAM, 0), port = 0;
  Nanos now = 100s;
  std::vector<std::pair<Connections::Client, std::string>> taken{};
  std::vector<Connections::Client> gone{};
  Connections connections{
      listener,
      stores,
      {[](const Head&) { return true; },
       [this](Connections::Client client, Request request) { taken.emplace_back(client, request.head.path); },
       [this](Connections::Client client) { gone.push_back(client); }, [](const Head&, Answer&) {}}};
};

}  // namespace

SCENARIO("HTTP-13 A client that sends a byte a second loses its place") {
  Hall hall;
  Wire slow{hall.port};
  hall.turnUntil([&] { return hall.connections.size() == 1; });
  GIVEN("a head that never ends") {
    const std::string head = get("/");
    std::size_t said = 0;
    for (; said < head.size() && hall.connections.counts().tooSlow == 0; ++said) {
      slow.say({&head[said], 1});
      hall.turn();
      hall.now += 1s;
    }
    CHECK(said < 15);
    CHECK_THAT(slow.answer(), Contains("408"));
  }
  GIVEN("a body that never ends") {
    slow.say(post("/", "application/json", std::string(1000, ' ')).substr(0, 200));
    hall.turn();
    int seconds = 0;
    for (; seconds < 60 && hall.connections.counts().tooSlow == 0; ++seconds) {
      slow.say(" ");
      hall.turn();
      hall.now += 1s;
    }
    CHECK(seconds < 15);
    CHECK_THAT(slow.answer(), Contains("408"));
  }
  GIVEN("one that says nothing at all") {
    hall.now += 11s;
    hall.turn();
    CHECK(hall.connections.size() == 0);
    CHECK(slow.rest().empty());
  }
  GIVEN("a slow line that is as fast as it has to be") {
    slow.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n");
    for (int i = 0; i < 30; ++i) {
      slow.say(std::string(30'000, ' '));
      hall.turn();
      hall.turn();
      hall.now += 1s;
    }
    hall.turnUntil([&] { return hall.taken.size() == 1; });
    hall.now += 1h;  // who waits for an answer may wait
    hall.turn();
    hall.connections.answer(hall.taken[0].first, {}, hall.now);
    CHECK_THAT(slow.answer(), Contains("200 OK"));
    hall.now += 31s;
    hall.turn();
    CHECK(hall.connections.size() == 0);
  }
  GIVEN("an answer that nobody reads") {
    slow.say(get("/"));
    hall.turnUntil([&] { return hall.taken.size() == 1; });
    hall.connections.answer(hall.taken[0].first, {200, std::string(16 << 20, 'x')}, hall.now);
    hall.turn();
    hall.now += 2h;
    hall.turn();
    CHECK(hall.connections.size() == 0);
  }
}

SCENARIO("HTTP-14 Who goes away is noticed") {
  Hall hall;
  {
    Wire hasty{hall.port};
    hasty.say(get("/"));
    hall.turnUntil([&] { return hall.taken.size() == 1; });
    CHECK(hall.gone.empty());
  }
  hall.turnUntil([&] { return hall.gone.size() == 1; });
  CHECK(hall.gone == std::vector{hall.taken[0].first});
  hall.connections.answer(hall.taken[0].first, {}, hall.now);
  hall.turnUntil([&] { return hall.connections.size() == 0; });
}

#endif
