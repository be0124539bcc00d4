#include "bridge/http/http_door.hpp"

#if defined(_WIN32)

namespace antiphon {

struct HttpDoor::Inside {};
HttpDoor::HttpDoor(const HttpPlace&, http::Router, std::string) {
  throw DoorError{"--http: this build does not serve HTTP on Windows"};
}
HttpDoor::~HttpDoor() = default;
int HttpDoor::port() const { return 0; }
HttpCounts HttpDoor::counts() const { return {}; }
const http::Router& HttpDoor::router() const { throw DoorError{"there is none"}; }

}  // namespace antiphon

#else

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include "bridge/http/service.hpp"
#include "scheduler/steady_now.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kHttpGlance = 200ms;  // how often it is looked who is late
constexpr Nanos kPatience = 5s;       // when it ends, with what was begun
constexpr Nanos kLastWords = 2s;      // and then for the answers to leave
constexpr int kBacklog = 512;

sockaddr_in httpAddress(const HttpPlace& place) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(place.port));
  const std::string name = place.bind == "localhost" ? "127.0.0.1" : place.bind;
  if (inet_pton(AF_INET, name.c_str(), &address.sin_addr) != 1)
    throw DoorError{"--http-bind takes an IPv4 address of this machine such as 127.0.0.1, or 0.0.0.0 for all, not '" +
                    place.bind.substr(0, 60) + "'"};
  return address;
}

bool isLoopback(const sockaddr_in& address) { return ntohl(address.sin_addr.s_addr) >> 24 == 127; }

int listenForHttp(const HttpPlace& place) {
  const sockaddr_in address = httpAddress(place);
  if (!isLoopback(address) && place.token.empty())
    throw DoorError{
        "--http-bind " + place.bind +
        " lets other machines in: add a word that they have to say, by ANTIPHON_HTTP_TOKEN or --http-token"};
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0) throw DoorError{"the system has no socket left"};
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(listener, kBacklog) == 0)
    return listener;
  const int error = errno;
  ::close(listener);
  throw DoorError{"HTTP cannot be heard at " + place.bind + ":" + std::to_string(place.port) + ": " +
                  std::strerror(error) + "; --http takes another port"};
}

int portBoundTo(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

http::Access accessOf(const HttpPlace& place) {
  try {
    return {place.token, place.origins};
  } catch (const std::invalid_argument& error) {
    throw DoorError{error.what()};
  }
}

}  // namespace

struct HttpDoor::Inside {
  using Client = http::Connections::Client;

  Inside(const HttpPlace& place, http::Router router, std::string version)
      : listener{listenForHttp(place)},
        port{portBoundTo(listener)},
        connections{listener,
                    stores,
                    {.meet = [this](const http::Head& head) { return service.meet(head); },
                     .take = [this](Client client, http::Request request) { take(client, std::move(request)); },
                     .gone = [this](Client client) { leave(client); },
                     .finish = [this](const http::Head& head, http::Answer& answer) { service.finish(head, answer); }}},
        service{accessOf(place), std::move(router), std::move(version)},
        thread{[this] { run(); }} {}
  ~Inside() {
    leaving.store(true);
    waker.wake();
    thread.join();
  }

  void take(Client client, http::Request request) {
    const auto job = service.take(request.head, std::move(request.body), [this, client](const http::Answer& answer) {
      {
        const std::lock_guard lock{mutex};
        answers.emplace_back(client, answer);
      }
      waker.wake();
    });
    if (job != nullptr) begun[client] = job;
  }

  void leave(Client client) {
    if (const auto found = begun.find(client); found != begun.end()) service.leave(*found->second);
  }

  void deliver(Nanos now) {
    std::vector<std::pair<Client, http::Answer> > ready;
    {
      const std::lock_guard lock{mutex};
      ready.swap(answers);
    }
    for (const auto& [client, answer] : ready) {
      begun.erase(client);
      connections.answer(client, answer, now);
    }
  }

  void turn() {
    polled.assign(1, {waker.end(), POLLIN, 0});
    connections.watch(polled);
    // Who is connected may become late; without anybody there is nothing to do but wait.
    const bool waits = connections.resting() && !leaving.load();
    ::poll(polled.data(), static_cast<nfds_t>(polled.size()),
           waits ? -1 : static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(kHttpGlance).count()));
    waker.drain();
    const Nanos now = steadyNow();
    deliver(now);
    connections.serve(std::span{polled}.subspan(1), now);
    const http::Connections::Counts& seen = connections.counts();
    const std::lock_guard lock{mutex};
    counts = {seen.answered, seen.refused, seen.turnedAway, seen.tooSlow, connections.size()};
  }

  void run() {
    while (!leaving.load()) turn();
    connections.close();
    for (const Nanos until = steadyNow() + kPatience; connections.size() > 0 && steadyNow() < until;) turn();
    service.close();
    for (const Nanos until = steadyNow() + kLastWords; connections.size() > 0 && steadyNow() < until;) turn();
  }

  int listener, port;
  http::Stores stores{};
  Waker waker{};
  std::atomic<bool> leaving{false};
  mutable std::mutex mutex{};
  std::vector<std::pair<Client, http::Answer> > answers{};  // that have to leave
  HttpCounts counts{};
  std::map<Client, std::shared_ptr<http::Job> > begun{};  // what can be cancelled
  std::vector<pollfd> polled{};
  http::Connections connections;
  http::Service service;  // its threads use what stands above
  std::thread thread;
};

HttpDoor::HttpDoor(const HttpPlace& place, http::Router router, std::string version)
    : inside_{std::make_unique<Inside>(place, std::move(router), std::move(version))} {}
HttpDoor::~HttpDoor() = default;
int HttpDoor::port() const { return inside_->port; }
const http::Router& HttpDoor::router() const { return inside_->service.router(); }

HttpCounts HttpDoor::counts() const {
  const std::lock_guard lock{inside_->mutex};
  return inside_->counts;
}

}  // namespace antiphon

#endif

namespace antiphon {

std::string textOf(const HttpCounts& counts) {
  return std::to_string(counts.answered) + " requests answered, " + std::to_string(counts.refused) +
         " not understood, " + std::to_string(counts.turnedAway) + " connections turned away, " +
         std::to_string(counts.connections) + " now";
}

}  // namespace antiphon
