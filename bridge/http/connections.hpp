// The clients' connections: so many and no more, each with so much memory and time and no more.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bridge/http/answer.hpp"
#include "bridge/http/body.hpp"
#include "scheduler/time.hpp"

struct pollfd;

namespace antiphon::http {

/// One request that is whole.
struct Request {
  Head head{};
  Body body{};
};

/// By one thread; moments are told, and only ascend. Who sends slowly is answered 408 and loses its place, so that it
/// costs a place and nothing else; who comes when all are taken has the place of one who has not said anything yet, or
/// is answered 503.
class Connections {
 public:
  static constexpr std::size_t kMost = 400;
  // How long they may take. What is long may take as long as a slow line needs.
  static constexpr Nanos kForHead = std::chrono::seconds{10}, kIdle = std::chrono::seconds{30},
                         kForBody = std::chrono::seconds{10}, kForAnswer = std::chrono::seconds{10},
                         kForGoing = std::chrono::seconds{2}, kSpared = std::chrono::seconds{1};
  static constexpr std::uint64_t kSlowest = 16 * 1024;  // bytes a second

  using Client = std::uint64_t;
  struct Guests {
    /// A head has come: whether its body may have files in it. Throws HttpError where the body is not wanted.
    std::function<bool(const Head&)> meet;
    /// It is whole; answer() follows, now or later, from the same thread.
    std::function<void(Client, Request)> take;
    /// It was taken, and who asked has gone, or says no more: it is known to be one or the other when it is answered.
    std::function<void(Client)> gone;
    /// The last word on every answer.
    std::function<void(const Head&, Answer&)> finish;
  };
  struct Counts {
    std::uint64_t answered = 0, refused = 0, turnedAway = 0, tooSlow = 0;
  };

  /// Owns the listening socket. `stores` has to live longer.
  Connections(int listener, Stores& stores, Guests guests);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// Adds what has to be waited for; serve() is given the same afterwards.
  void watch(std::vector<pollfd>& polled) const;
  void serve(std::span<const pollfd> polled, Nanos now);
  /// Of who has gone meanwhile it is thrown away.
  void answer(Client client, const Answer& answer, Nanos now);
  /// From here on nobody is let in, and only who waits for an answer stays.
  void close();
  std::size_t size() const { return all_.size(); }
  /// Whether nothing is late, or will be, until somebody comes.
  bool resting() const { return all_.empty() && paused_ == Nanos{}; }
  const Counts& counts() const { return counts_; }

 private:
  enum class State : std::uint8_t { idle, head, body, working, answering, going };
  struct One {
    Client name = 0;
    int socket = -1;
    State state = State::idle;
    Nanos since{};           // it is in this state
    std::string in{};        // and not understood yet
    std::size_t looked = 0;  // bytes of it that hold no head's end
    Request request{};
    std::unique_ptr<BodyReader> body{};
    std::string out{};
    std::size_t sent = 0;
    bool keeps = false, ended = false, first = true;
  };

  bool reads(const One& one) const;
  void accept(Nanos now);
  bool makeRoom(Nanos now);
  void read(One& one, Nanos now);
  void write(One& one, Nanos now);
  void understand(One& one, Nanos now);
  bool takeHead(One& one, Nanos now);
  bool takeBody(One& one, Nanos now);
  void refuse(One& one, int status, const std::string& detail, Nanos now);
  void say(One& one, const Answer& answer, bool keeps, Nanos now);
  void enter(One& one, State state, Nanos now);
  bool isLate(const One& one, Nanos now) const;
  void drop(One& one);

  int listener_;
  Stores& stores_;
  Guests guests_;
  std::list<One> all_{};  // by age
  Client named_ = 0;
  bool closing_ = false;
  Nanos paused_{};  // until then nobody is let in: the system has no more to give
  Counts counts_{};
};

}  // namespace antiphon::http
