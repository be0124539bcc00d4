#if !defined(_WIN32)

#include "bridge/http/connections.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "bridge/http/error.hpp"
#include "bridge/quiet_send.hpp"

namespace antiphon::http {
namespace {

constexpr std::size_t kAtOnce = 64 * 1024;       // bytes read before anybody else is looked after
constexpr std::size_t kMostPending = 64 * 1024;  // of what comes behind a request that is not answered yet
constexpr int kAcceptedAtOnce = 64;
constexpr Nanos kPause = std::chrono::milliseconds{100};

void makeQuick(int socket) {
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  keepQuiet(socket);
}

bool isLater() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

Nanos timeFor(Nanos least, std::uint64_t bytes) {
  return least + std::chrono::milliseconds{bytes * 1000 / Connections::kSlowest};
}

}  // namespace

Connections::Connections(int listener, Stores& stores, Guests guests)
    : listener_{listener}, stores_{stores}, guests_{std::move(guests)} {
  makeQuick(listener_);
}

Connections::~Connections() {
  for (const One& one : all_) ::close(one.socket);
  if (listener_ >= 0) ::close(listener_);
}

bool Connections::reads(const One& one) const {
  if (one.ended) return false;
  // While it waits, so that it is noticed when it goes.
  if (one.state == State::working || one.state == State::answering) return one.in.size() < kMostPending;
  return true;
}

void Connections::watch(std::vector<pollfd>& polled) const {
  // A negative one is left out.
  polled.push_back({closing_ || paused_ > Nanos{} ? -1 : listener_, POLLIN, 0});
  for (const One& one : all_) {
    const auto events = (reads(one) ? POLLIN : 0) | (one.state == State::answering ? POLLOUT : 0);
    polled.push_back({one.socket, static_cast<short>(events), 0});
  }
}

void Connections::serve(std::span<const pollfd> polled, Nanos now) {
  if (now >= paused_) paused_ = {};
  std::size_t i = 1;  // they stand there in the same order
  for (One& one : all_) {
    const short seen = i < polled.size() && polled[i].fd == one.socket ? polled[i].revents : short{0};
    ++i;
    if ((seen & POLLOUT) != 0) write(one, now);
    if (one.socket >= 0 && (seen & (POLLIN | POLLHUP | POLLERR)) != 0) read(one, now);
    if (one.socket >= 0 && isLate(one, now)) {
      const bool speaks = one.state == State::head || one.state == State::body;
      counts_.tooSlow += speaks ? 1 : 0;
      if (speaks) refuse(one, 408, "the request did not come in time", now);
      else drop(one);
    }
  }
  all_.remove_if([](const One& one) { return one.socket < 0; });
  if (!polled.empty() && polled[0].revents != 0) accept(now);
}

bool Connections::isLate(const One& one, Nanos now) const {
  const Nanos took = now - one.since;
  switch (one.state) {
    case State::idle: return took > (one.first ? kForHead : kIdle);
    case State::head: return took > kForHead;
    case State::body: return took > timeFor(kForBody, one.body->received());
    case State::answering: return took > timeFor(kForAnswer, one.sent);
    case State::going: return took > kForGoing;
    case State::working: return false;
  }
  return false;
}

void Connections::enter(One& one, State state, Nanos now) {
  one.state = state;
  one.since = now;
}

void Connections::accept(Nanos now) {
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) paused_ = now + kPause;
      return;
    }
    makeQuick(socket);
    if (all_.size() >= kMost && !makeRoom(now)) {
      ++counts_.turnedAway;
      const std::string busy = wireOf(refusal(503, "too many programs are connected; try again later"), false, false);
      static_cast<void>(!::send(socket, busy.data(), busy.size(), kQuietly | MSG_DONTWAIT));
      ::close(socket);
      continue;
    }
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    One& one = all_.emplace_back();
    one.name = ++named_;
    one.socket = socket;
    one.since = now;
  }
}

/// Of those that have not asked for anything yet the one goes that has been silent longest, unless it has just come.
bool Connections::makeRoom(Nanos now) {
  auto silent = all_.end();
  for (auto one = all_.begin(); one != all_.end(); ++one) {
    const bool waits = one->state == State::idle || one->state == State::head || one->state == State::going;
    if (waits && now - one->since > kSpared && (silent == all_.end() || one->since < silent->since)) silent = one;
  }
  if (silent == all_.end()) return false;
  drop(*silent);
  all_.erase(silent);
  ++counts_.turnedAway;
  return true;
}

void Connections::drop(One& one) {
  if (one.state == State::working) guests_.gone(one.name);
  ::close(one.socket);
  one.socket = -1;
}

void Connections::read(One& one, Nanos now) {
  std::array<char, kAtOnce> bytes;
  const auto count = ::recv(one.socket, bytes.data(), bytes.size(), 0);
  if (count < 0) {
    if (!isLater()) drop(one);
    return;
  }
  if (count == 0) {
    one.ended = true;
    // It says no more, and perhaps still listens, if there is something to listen to.
    if (one.state == State::working) guests_.gone(one.name);
    else if (one.state != State::answering) drop(one);
    return;
  }
  if (one.state == State::going) return;  // it does not matter any more
  one.in.append(bytes.data(), static_cast<std::size_t>(count));
  understand(one, now);
}

void Connections::understand(One& one, Nanos now) {
  try {
    while (one.socket >= 0) {
      if (one.state == State::idle) {
        while (one.in.starts_with("\r\n")) one.in.erase(0, 2);  // some say one more behind a body
        if (one.in.empty()) return;
        enter(one, State::head, now);
        one.looked = 0;
      }
      if (one.state == State::head && !takeHead(one, now)) return;
      if (one.state == State::body && !takeBody(one, now)) return;
      if (one.state != State::idle) return;
    }
  } catch (const HttpError& error) {
    refuse(one, error.status(), error.what(), now);
  } catch (const std::exception& error) {
    refuse(one, 500, error.what(), now);
  }
}

bool Connections::takeHead(One& one, Nanos now) {
  const std::size_t end = endOfHead(one.in, one.looked);
  if (end > kLongestHead || (end == 0 && one.in.size() > kLongestHead))
    throw HttpError{431, "the head of a request has at most " + std::to_string(kLongestHead / 1024) + " KB"};
  if (end == 0) {
    one.looked = one.in.size();
    return false;
  }
  one.request = {};
  one.request.head = readHead(std::string_view{one.in}.substr(0, end));
  one.in.erase(0, end);
  one.body = std::make_unique<BodyReader>(one.request.head, guests_.meet(one.request.head), stores_);
  enter(one, State::body, now);
  if (one.request.head.expects && one.in.empty()) {
    constexpr std::string_view goOn = "HTTP/1.1 100 Continue\r\n\r\n";
    if (::send(one.socket, goOn.data(), goOn.size(), kQuietly | MSG_DONTWAIT) < 0) drop(one);
  }
  return one.socket >= 0;
}

bool Connections::takeBody(One& one, Nanos now) {
  one.in.erase(0, one.body->take(one.in));
  if (!one.body->ended()) return false;
  one.request.body = one.body->finish();
  one.body.reset();
  enter(one, State::working, now);
  Request whole;
  whole.body = std::move(one.request.body);
  whole.head = one.request.head;
  guests_.take(one.name, std::move(whole));
  return false;
}

/// What was not understood leaves open where the next request would begin: the connection is closed behind it.
void Connections::refuse(One& one, int status, const std::string& detail, Nanos now) {
  if (one.socket < 0) return;
  one.in.clear();
  one.body.reset();
  ++counts_.refused;
  Answer answer = refusal(status, detail);
  guests_.finish(one.request.head, answer);
  say(one, answer, false, now);
}

void Connections::answer(Client client, const Answer& answer, Nanos now) {
  const auto one = std::ranges::find(all_, client, &One::name);
  if (one == all_.end() || one->socket < 0) return;
  ++counts_.answered;
  Answer last = answer;
  guests_.finish(one->request.head, last);
  say(*one, last, one->request.head.keeps && !closing_, now);
}

void Connections::say(One& one, const Answer& answer, bool keeps, Nanos now) {
  one.keeps = keeps;
  one.out = wireOf(answer, keeps, one.request.head.method == "HEAD");
  one.sent = 0;
  enter(one, State::answering, now);
  write(one, now);
}

void Connections::write(One& one, Nanos now) {
  while (one.sent < one.out.size()) {
    const auto count =
        ::send(one.socket, one.out.data() + one.sent, one.out.size() - one.sent, kQuietly | MSG_DONTWAIT);
    if (count > 0) {
      one.sent += static_cast<std::size_t>(count);
    } else {
      if (!isLater()) drop(one);
      return;
    }
  }
  one.out.clear();
  if (one.ended) return drop(one);
  if (!one.keeps) {
    // To close at once would take the answer away from who is still sending.
    ::shutdown(one.socket, SHUT_WR);
    return enter(one, State::going, now);
  }
  one.first = false;
  one.request = {};
  enter(one, State::idle, now);
  understand(one, now);  // what came meanwhile
}

void Connections::close() {
  closing_ = true;
  if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  for (One& one : all_) {
    if (one.state != State::working && one.state != State::answering) drop(one);
  }
  all_.remove_if([](const One& one) { return one.socket < 0; });
}

}  // namespace antiphon::http

#endif
