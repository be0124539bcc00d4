#include "bridge/socket_door.hpp"

#if defined(_WIN32)

namespace antiphon {

struct SocketDoor::Inside {};
std::filesystem::path usualSocket() { return "antiphon.sock"; }
SocketDoor::SocketDoor(Doorway&, std::filesystem::path) {
  throw DoorError{"--socket: there are no such sockets on Windows; --osc is possible"};
}
SocketDoor::~SocketDoor() = default;
SocketClient::SocketClient(const std::filesystem::path&) { throw DoorError{"there are no such sockets on Windows"}; }
SocketClient::~SocketClient() = default;
std::string SocketClient::ask(std::string_view) { return {}; }

}  // namespace antiphon

#else

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>

#include "bridge/answer_line.hpp"
#include "bridge/quiet_send.hpp"
#include "bridge/script.hpp"

namespace antiphon {
namespace {

sockaddr_un socketAddress(const std::filesystem::path& place) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = place.string();
  if (name.empty() || name.size() >= sizeof address.sun_path)
    throw DoorError{"a socket's path has 1 to " + std::to_string(sizeof address.sun_path - 1) + " bytes; " +
                    name.substr(0, 60) + " has " + std::to_string(name.size())};
  std::memcpy(address.sun_path, name.data(), name.size());
  return address;
}

int newSocket() {
  const int made = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (made < 0) throw DoorError{"the system has no socket left"};
  fcntl(made, F_SETFD, FD_CLOEXEC);
  keepQuiet(made);
  return made;
}

bool connects(int socket, const sockaddr_un& address) {
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// A socket that its owner left behind when it was killed.
void removeStale(const std::filesystem::path& place, const sockaddr_un& address) {
  struct stat is {};
  if (lstat(place.c_str(), &is) != 0) return;
  if (!S_ISSOCK(is.st_mode)) throw DoorError{place.string() + " is there already, and is no socket"};
  const int probe = newSocket();
  const bool alive = connects(probe, address);
  ::close(probe);
  if (alive) throw DoorError{"somebody listens at " + place.string() + " already; --socket takes another path"};
  unlink(place.c_str());
}

int listenAt(const std::filesystem::path& place) {
  const sockaddr_un address = socketAddress(place);
  removeStale(place, address);
  const int listener = newSocket();
  // Made for this user alone: a moment in which others could come in is one too many.
  const mode_t before = umask(0177);
  const bool bound = ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int error = errno;
  umask(before);
  if (bound && ::listen(listener, 16) == 0) return listener;
  ::close(listener);
  throw DoorError{"no socket can be made at " + place.string() + ": " + std::strerror(error)};
}

}  // namespace

std::filesystem::path usualSocket() {
  if (const char* folder = std::getenv("XDG_RUNTIME_DIR"); folder != nullptr && *folder != 0)
    return std::filesystem::path{folder} / "antiphon.sock";
  return "/tmp/antiphon-" + std::to_string(getuid()) + ".sock";
}

struct SocketDoor::Inside {
  Inside(Doorway& door, std::filesystem::path where)
      : doorway{door},
        place{std::move(where)},
        clients{listenAt(place), "error sixteen programs are connected already\n",
                [this](StreamClients::Client client, std::string_view bytes) { return take(client, bytes); },
                [this](StreamClients::Client client) { spoken.erase(client); }},
        thread{[this] { run(); }} {}
  ~Inside() {
    leaving.store(true);
    waker.wake();
    thread.join();
    unlink(place.c_str());
  }

  /// What a client has said so far.
  struct Spoken {
    bool json = false;
    std::size_t overlong = 0;  // bytes of a line that is too long, left out
  };

  std::size_t take(StreamClients::Client client, std::string_view bytes) {
    Spoken& said = spoken[client];
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      if (bytes.size() <= CommandTable::kLongestLine) return 0;
      said.overlong += bytes.size();
      return bytes.size();
    }
    answer(client, said, bytes.substr(0, end));
    return end + 1;
  }

  void answer(StreamClients::Client client, Spoken& said, std::string_view line) {
    Command::Reply reply;
    if (said.overlong + line.size() > CommandTable::kLongestLine) {
      reply = CommandTable::tooLong(said.overlong + line.size());
      said.overlong = 0;
    } else if (const std::string words = withoutComment(line); words == "json") {
      said.json = true;
    } else {
      reply = doorway.run(words, Doorway::Door::other);
    }
    clients.send(client, answerLine(reply, said.json) + "\n");
  }

  void run() {
    std::vector<pollfd> polled;
    while (!leaving.load()) {
      polled.assign(1, {waker.end(), POLLIN, 0});
      clients.watch(polled);
      ::poll(polled.data(), static_cast<nfds_t>(polled.size()), -1);
      waker.drain();
      clients.serve(std::span{polled}.subspan(1));
    }
  }

  Doorway& doorway;
  std::filesystem::path place;
  Waker waker{};
  std::atomic<bool> leaving{false};
  std::map<StreamClients::Client, Spoken> spoken{};
  StreamClients clients;
  std::thread thread;  // uses the rest
};

SocketDoor::SocketDoor(Doorway& doorway, std::filesystem::path place)
    : inside_{std::make_unique<Inside>(doorway, std::move(place))} {}
SocketDoor::~SocketDoor() = default;

SocketClient::SocketClient(const std::filesystem::path& place) {
  const sockaddr_un address = socketAddress(place);
  socket_ = newSocket();
  if (connects(socket_, address)) return;
  ::close(socket_);
  throw DoorError{"nobody listens at " + place.string() + "; start antiphon studio --socket " + place.string()};
}

SocketClient::~SocketClient() { ::close(socket_); }

std::string SocketClient::ask(std::string_view line) {
  std::string words{line};
  words += '\n';
  for (std::size_t sent = 0; sent < words.size();) {
    const auto count = ::send(socket_, words.data() + sent, words.size() - sent, kQuietly);
    if (count <= 0) throw DoorError{"the studio has gone"};
    sent += static_cast<std::size_t>(count);
  }
  std::array<char, 4096> bytes;
  for (std::size_t end = 0; (end = read_.find('\n')) == std::string::npos;) {
    const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (count <= 0) throw DoorError{"the studio has gone"};
    read_.append(bytes.data(), static_cast<std::size_t>(count));
  }
  const std::size_t end = read_.find('\n');
  std::string answer = read_.substr(0, end);
  read_.erase(0, end + 1);
  return answer;
}

}  // namespace antiphon

#endif
