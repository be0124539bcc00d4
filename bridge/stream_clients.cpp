#if !defined(_WIN32)

#include "bridge/stream_clients.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>

#include "bridge/quiet_send.hpp"

namespace antiphon {
namespace {

constexpr std::size_t kMostUnread = 64 * 1024;  // that a client is owed before it is read from again

void makeQuick(int socket) {
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  keepQuiet(socket);
}

bool isLater() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

StreamClients::StreamClients(int listener, std::string refusal, Take take, std::function<void(Client)> gone)
    : listener_{listener}, refusal_{std::move(refusal)}, take_{std::move(take)}, gone_{std::move(gone)} {
  makeQuick(listener_);
}

StreamClients::~StreamClients() {
  for (const One& one : all_) ::close(one.socket);
  ::close(listener_);
}

void StreamClients::watch(std::vector<pollfd>& polled) const {
  polled.push_back({listener_, POLLIN, 0});
  for (const One& one : all_) {
    const bool reads = !one.closing && one.out.size() < kMostUnread && one.in.size() < kMostPending;
    polled.push_back({one.socket, static_cast<short>((reads ? POLLIN : 0) | (one.out.empty() ? 0 : POLLOUT)), 0});
  }
}

void StreamClients::serve(std::span<const pollfd> polled) {
  for (const pollfd& seen : polled) {
    if (seen.revents == 0 || seen.fd == listener_) continue;
    const auto one = std::ranges::find(all_, seen.fd, &One::socket);
    if (one == all_.end()) continue;
    if ((seen.revents & POLLOUT) != 0) write(*one);
    if ((seen.revents & (POLLIN | POLLHUP | POLLERR)) != 0 && (seen.events & POLLIN) != 0) read(*one);
    else if ((seen.revents & (POLLHUP | POLLERR)) != 0) one->broken = true;
    takeFrom(*one);
  }
  for (One& one : all_) {
    if (!one.broken && !(one.closing && one.out.empty())) continue;
    ::close(one.socket);
    one.socket = -1;
    gone_(one.name);
  }
  std::erase_if(all_, [](const One& one) { return one.socket < 0; });
  // Last, so that a place that was left just now is free.
  for (const pollfd& seen : polled) {
    if (seen.fd == listener_ && seen.revents != 0) accept();
  }
}

void StreamClients::accept() {
  const int socket = ::accept(listener_, nullptr, nullptr);
  if (socket < 0) return;
  makeQuick(socket);
  if (all_.size() == kMost) {
    ++turnedAway_;
    static_cast<void>(!::send(socket, refusal_.data(), refusal_.size(), kQuietly));
    ::close(socket);
    return;
  }
  all_.push_back({.name = ++named_, .socket = socket});
}

void StreamClients::read(One& one) {
  std::array<char, 16384> bytes;
  const std::size_t room = std::min(bytes.size(), kMostPending - std::min(one.in.size(), kMostPending));
  if (room == 0) return;
  const auto count = ::recv(one.socket, bytes.data(), room, 0);
  if (count > 0) one.in.append(bytes.data(), static_cast<std::size_t>(count));
  else if (count == 0) one.closing = true;
  else if (!isLater()) one.broken = true;
}

/// As long as it reads what it is told.
void StreamClients::takeFrom(One& one) {
  std::size_t taken = 0;
  while (!one.broken && !one.deaf && one.out.size() < kMostUnread && taken < one.in.size()) {
    const std::size_t more = take_(one.name, std::string_view{one.in}.substr(taken));
    if (more == 0) break;
    taken += more;
  }
  one.in.erase(0, taken);
}

void StreamClients::write(One& one) {
  while (!one.out.empty() && !one.broken) {
    const auto count = ::send(one.socket, one.out.data(), one.out.size(), kQuietly | MSG_DONTWAIT);
    if (count > 0) one.out.erase(0, static_cast<std::size_t>(count));
    else if (isLater()) return;
    else one.broken = true;
  }
}

bool StreamClients::send(Client client, std::string_view bytes) {
  const auto one = std::ranges::find(all_, client, &One::name);
  if (one == all_.end() || one->broken) return false;
  const bool waits = !one->out.empty();
  one->out += bytes;
  if (!waits) write(*one);
  return !one->broken;
}

void StreamClients::close(Client client) {
  const auto one = std::ranges::find(all_, client, &One::name);
  if (one == all_.end()) return;
  one->closing = one->deaf = true;
}

Waker::Waker() {
  if (pipe(ends_) != 0) throw DoorError{"the system has no pipe left"};
  for (const int end : ends_) makeQuick(end);
}

Waker::~Waker() {
  for (const int end : ends_) ::close(end);
}

void Waker::wake() const { static_cast<void>(!::write(ends_[1], "", 1)); }

void Waker::drain() const {
  std::array<char, 64> bytes;
  while (::read(ends_[0], bytes.data(), bytes.size()) > 0) {}
}

}  // namespace antiphon

#endif
