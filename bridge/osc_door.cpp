#include "bridge/osc_door.hpp"

#if !defined(ANTIPHON_HAVE_LIBLO)

namespace antiphon {

struct OscDoor::Inside {};
OscDoor::OscDoor(Doorway&, const OscPlace&, std::function<synth::Frame(Nanos)>, OscSources) {
  throw DoorError{"--osc: this build has no liblo in it, and understands no OSC"};
}
OscDoor::~OscDoor() = default;
int OscDoor::port() const { return 0; }
void OscDoor::turn(const std::string&) {}
OscCounts OscDoor::counts() const { return {}; }
std::uint64_t OscDoor::lost() const { return 0; }

}  // namespace antiphon

#else

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "bridge/quiet_send.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;

// liblo 0.31 binds its servers to every address of the machine; these sockets are ours, so that a studio is reached
// from its own machine alone unless the player wants it otherwise.
constexpr OscSender kByStream = OscSender{1} << 63;
constexpr int kBuffer = 4 << 20;        // bytes in which packets may wait, if the system allows so many
constexpr int kAtOnce = 64;             // packets read before anybody else is looked after
constexpr Nanos kLongestSleep = 500ms;  // so that who has not said a word is forgotten
constexpr std::size_t kMostTurns = 64;  // texts of turns that wait to be told
constexpr std::size_t kFrame = 4;       // bytes that tell how long a packet in a stream is

/// Of an open socket, closed with it.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {
    if (number < 0) throw DoorError{"the system has no socket left"};
    fcntl(number, F_SETFD, FD_CLOEXEC);
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

sockaddr_in oscAddress(const OscPlace& place) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(place.port));
  const std::string name = place.bind == "localhost" ? "127.0.0.1" : place.bind;
  if (inet_pton(AF_INET, name.c_str(), &address.sin_addr) != 1)
    throw DoorError{"--osc-bind takes an IPv4 address of this machine such as 127.0.0.1, or 0.0.0.0 for all, not '" +
                    place.bind.substr(0, 60) + "'"};
  return address;
}

bool binds(int socket, const sockaddr_in& address) {
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

int portOf(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

struct Sockets {
  std::unique_ptr<Descriptor> packets, listener;
  int port = 0;
};

/// Both on one port.
Sockets openAt(const OscPlace& place) {
  sockaddr_in address = oscAddress(place);
  for (int attempt = 0;; ++attempt) {
    Sockets made{std::make_unique<Descriptor>(::socket(AF_INET, SOCK_DGRAM, 0)),
                 std::make_unique<Descriptor>(::socket(AF_INET, SOCK_STREAM, 0))};
    const int yes = 1;
    setsockopt(made.listener->number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    address.sin_port = htons(static_cast<std::uint16_t>(place.port));
    bool bound = binds(made.packets->number(), address);
    if (bound) {
      made.port = portOf(made.packets->number());
      address.sin_port = htons(static_cast<std::uint16_t>(made.port));
      bound = binds(made.listener->number(), address) && ::listen(made.listener->number(), 16) == 0;
    }
    if (bound) return made;
    if (place.port == 0 && attempt < 16) continue;  // somebody else's stream is there
    throw DoorError{"OSC cannot be heard at " + place.bind + ":" + std::to_string(place.port) + ": " +
                    std::strerror(errno) + "; --osc takes another port"};
  }
}

}  // namespace

struct OscDoor::Inside {
  Inside(Doorway& doorway, const OscPlace& place, std::function<synth::Frame(Nanos)> frameOf, OscSources sources)
      : sockets{openAt(place)},
        reception{doorway, std::move(frameOf), std::move(sources),
                  [this](OscSender sender, const std::string& address, const std::vector<OscValue>& values) {
                    return send(sender, address, values);
                  }},
        streams{sockets.listener->release(),
                {},
                [this](StreamClients::Client client, std::string_view bytes) { return take(client, bytes); },
                [this](StreamClients::Client client) { reception.forget(kByStream | client); }} {
    const int socket = sockets.packets->number();
    fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
    setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &kBuffer, sizeof kBuffer);
    [[maybe_unused]] const int yes = 1;
#if defined(SO_RXQ_OVFL)
    setsockopt(socket, SOL_SOCKET, SO_RXQ_OVFL, &yes, sizeof yes);
#endif
#if defined(IP_RECVERR)
    setsockopt(socket, IPPROTO_IP, IP_RECVERR, &yes, sizeof yes);
#endif
    thread = std::thread{[this] { run(); }};
  }
  ~Inside() {
    leaving.store(true);
    waker.wake();
    thread.join();
  }

  static OscReception::Moment now() {
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    return {steadyNow(), std::chrono::duration_cast<Nanos>(wall)};
  }

  bool send(OscSender sender, const std::string& address, const std::vector<OscValue>& values) {
    const std::string packet = oscPacket(address, values);
    if ((sender & kByStream) != 0) return streams.send(sender & ~kByStream, framed(packet));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = static_cast<in_port_t>(sender & 0xFFFF);
    to.sin_addr.s_addr = static_cast<in_addr_t>(sender >> 16 & 0xFFFFFFFF);
    const auto sent = ::sendto(sockets.packets->number(), packet.data(), packet.size(), MSG_DONTWAIT | kQuietly,
                               reinterpret_cast<const sockaddr*>(&to), sizeof to);
    return sent >= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
  }

  static std::string framed(const std::string& packet) {
    const std::uint32_t size = htonl(static_cast<std::uint32_t>(packet.size()));
    std::string whole(kFrame, '\0');
    std::memcpy(whole.data(), &size, kFrame);
    return whole + packet;
  }

  std::size_t take(StreamClients::Client client, std::string_view bytes) {
    if (bytes.size() < kFrame) return 0;
    std::uint32_t size = 0;
    std::memcpy(&size, bytes.data(), kFrame);
    size = ntohl(size);
    if (size > kMostOscPacket) {  // what follows is no beginning of anything
      reception.take({}, kByStream | client, now());
      streams.close(client);
      return bytes.size();
    }
    if (bytes.size() < kFrame + size) return 0;
    reception.take(bytes.substr(kFrame, size), kByStream | client, now());
    return kFrame + size;
  }

  void receive() {
    for (int i = 0; i < kAtOnce; ++i) {
      sockaddr_in from{};
      iovec whole{buffer.data(), buffer.size()};
      alignas(cmsghdr) std::array<char, 64> extra{};
      msghdr message{};
      message.msg_name = &from;
      message.msg_namelen = sizeof from;
      message.msg_iov = &whole;
      message.msg_iovlen = 1;
      message.msg_control = extra.data();
      message.msg_controllen = extra.size();
      const auto count = ::recvmsg(sockets.packets->number(), &message, 0);
      if (count < 0 && errno == ECONNREFUSED) continue;  // somebody has gone: forgotten already
      if (count < 0) return;
      noteLost(message);
      reception.take({buffer.data(), static_cast<std::size_t>(count)}, senderOf(from), now());
    }
  }

  static OscSender senderOf(const sockaddr_in& address) {
    return OscSender{address.sin_addr.s_addr} << 16 | address.sin_port;
  }

  /// Where the system tells that nobody is at the other end any more.
  void forgetUnreachable() {
#if defined(IP_RECVERR)
    while (true) {
      sockaddr_in to{};
      iovec whole{buffer.data(), buffer.size()};
      alignas(cmsghdr) std::array<char, 256> about{};
      msghdr message{};
      message.msg_name = &to;
      message.msg_namelen = sizeof to;
      message.msg_iov = &whole;
      message.msg_iovlen = 1;
      message.msg_control = about.data();
      message.msg_controllen = about.size();
      if (::recvmsg(sockets.packets->number(), &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return;
      reception.forget(senderOf(to));
    }
#endif
  }

  void noteLost([[maybe_unused]] msghdr& message) {
#if defined(SO_RXQ_OVFL)
    for (cmsghdr* about = CMSG_FIRSTHDR(&message); about != nullptr; about = CMSG_NXTHDR(&message, about)) {
      if (about->cmsg_level != SOL_SOCKET || about->cmsg_type != SO_RXQ_OVFL) continue;
      std::uint32_t dropped = 0;
      std::memcpy(&dropped, CMSG_DATA(about), sizeof dropped);
      lost.store(dropped, std::memory_order_relaxed);
    }
#endif
  }

  void tellTurns() {
    std::vector<std::string> texts;
    {
      const std::lock_guard lock{turnsMutex};
      texts.swap(turns);
    }
    for (const std::string& text : texts) reception.reports().turn(text);
  }

  void run() {
    std::vector<pollfd> polled;
    while (!leaving.load()) {
      polled.assign({{waker.end(), POLLIN, 0}, {sockets.packets->number(), POLLIN, 0}});
      streams.watch(polled);
      const Nanos wait = std::clamp(reception.nextDue() - steadyNow(), Nanos{}, kLongestSleep);
      const auto limit = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
      ::poll(polled.data(), static_cast<nfds_t>(polled.size()), static_cast<int>(limit));
      waker.drain();
      tellTurns();
      if ((polled[1].revents & POLLERR) != 0) forgetUnreachable();
      if (polled[1].revents != 0) receive();
      streams.serve(std::span{polled}.subspan(2));
      reception.tend(steadyNow());
    }
  }

  Sockets sockets;
  Waker waker{};
  std::atomic<bool> leaving{false};
  std::atomic<std::uint64_t> lost{0};
  std::mutex turnsMutex{};
  std::vector<std::string> turns{};
  std::vector<char> buffer = std::vector<char>(kMostOscPacket + 4);
  OscReception reception;
  StreamClients streams;
  std::thread thread{};
};

OscDoor::OscDoor(Doorway& doorway, const OscPlace& place, std::function<synth::Frame(Nanos)> frameOf,
                 OscSources sources)
    : inside_{std::make_unique<Inside>(doorway, place, std::move(frameOf), std::move(sources))} {}
OscDoor::~OscDoor() = default;
int OscDoor::port() const { return inside_->sockets.port; }
OscCounts OscDoor::counts() const { return inside_->reception.counts(); }
std::uint64_t OscDoor::lost() const { return inside_->lost.load(std::memory_order_relaxed); }

void OscDoor::turn(const std::string& text) {
  {
    const std::lock_guard lock{inside_->turnsMutex};
    if (inside_->turns.size() == kMostTurns) return;
    inside_->turns.push_back(text);
  }
  inside_->waker.wake();
}

}  // namespace antiphon

#endif
