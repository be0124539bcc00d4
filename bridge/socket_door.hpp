// A door for other programs of the same user: a socket in the file system, a line in, a line out.
#pragma once

#include <filesystem>
#include <memory>

#include "bridge/doorway.hpp"
#include "bridge/stream_clients.hpp"

namespace antiphon {

/// Where it is unless another place is named: of this user alone.
std::filesystem::path usualSocket();

/// Open while it lives, on a thread of its own. Every line is answered by one line that begins with ok or error; after
/// the line `json`, by one line of JSON.
class SocketDoor {
 public:
  /// Takes the place of a socket that nobody listens at any more. Throws DoorError.
  SocketDoor(Doorway& doorway, std::filesystem::path place);
  ~SocketDoor();
  SocketDoor(const SocketDoor&) = delete;
  SocketDoor& operator=(const SocketDoor&) = delete;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// The other side of it: asks and is answered.
class SocketClient {
 public:
  /// Throws DoorError when nobody listens there.
  explicit SocketClient(const std::filesystem::path& place);
  ~SocketClient();
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;

  /// One line, without its end; the answer likewise. Throws DoorError when the other side has gone.
  std::string ask(std::string_view line);

 private:
  int socket_ = -1;
  std::string read_{};
};

}  // namespace antiphon
