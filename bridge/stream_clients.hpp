// Programs that are connected by a stream: so many and no more, each with so much memory and no more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct pollfd;

namespace antiphon {

/// A door that cannot be opened: one sentence for the player.
struct DoorError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Whoever does not read what it is sent is not read from either. By one thread.
class StreamClients {
 public:
  static constexpr std::size_t kMost = 16;
  using Client = std::uint64_t;
  /// Is shown what has come and not been taken yet; answers how much it has taken, 0: more has to come. Of kMostPending
  /// bytes it takes some.
  using Take = std::function<std::size_t(Client client, std::string_view bytes)>;
  static constexpr std::size_t kMostPending = 128 * 1024;

  /// Owns the listening socket. `refusal` is sent to one too many.
  StreamClients(int listener, std::string refusal, Take take, std::function<void(Client)> gone);
  ~StreamClients();
  StreamClients(const StreamClients&) = delete;
  StreamClients& operator=(const StreamClients&) = delete;

  /// Adds what has to be waited for; serve() is given the same afterwards.
  void watch(std::vector<pollfd>& polled) const;
  void serve(std::span<const pollfd> polled);

  /// False: there is no such client any more.
  bool send(Client client, std::string_view bytes);
  /// Once what is owed to it has been sent.
  void close(Client client);
  std::uint64_t turnedAway() const { return turnedAway_; }

 private:
  struct One {
    Client name = 0;
    int socket = -1;
    std::string in{}, out{};
    bool closing = false;  // once it has been sent what it is owed
    bool deaf = false;     // and what it said last is not taken any more
    bool broken = false;
  };

  void accept();
  void read(One& one);
  void write(One& one);
  void takeFrom(One& one);

  int listener_;
  std::string refusal_;
  Take take_;
  std::function<void(Client)> gone_;
  std::vector<One> all_{};
  Client named_ = 0;
  std::uint64_t turnedAway_ = 0;
};

/// A pipe that ends a poll().
class Waker {
 public:
  Waker();
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  void wake() const;
  void drain() const;
  int end() const { return ends_[0]; }

 private:
  int ends_[2] = {-1, -1};
};

}  // namespace antiphon
