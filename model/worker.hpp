// Lets an answerer think on a thread of its own, away from the real-time context that asks and listens.
#pragma once

#include <concurrentqueue/blockingconcurrentqueue.h>  // for its semaphore, whose own header does not stand alone

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "model/answerer.hpp"
#include "model/fixed_queue.hpp"
#include "scheduler/turn.hpp"

namespace antiphon {

/// The asking side (begin, feed, commit, cancel, next) belongs to one real-time context and never waits. Only the
/// newest turn matters: what is older is passed over. A commit is thought about whole or not at all: when there is no
/// room for it, next() says that it has failed. An answerer that does not look at cancelled() delays the end of the
/// program, and nothing else. Turns count from 1, and their numbers rise.
class Worker {
 public:
  /// `wake` is called on the worker's thread when there is something for next(); it must not wait.
  Worker(std::unique_ptr<Answerer> answerer, Voice voice, std::function<void()> wake = {});
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Realtime: yes, these five.
  void begin(const TurnPlan& plan);
  void feed(TurnId id, const Note& note);
  void commit(const TurnPlan& plan, std::span<const Note> prompt);
  void cancel(TurnId id);
  bool next(Thought& thought);

  /// What the answerer threw last, once; for the log.
  std::optional<std::string> takeError();
  /// Requests that found no room, and notes and pedals of the answerer's that were none.
  std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  enum class Verb : std::uint8_t { begin, feed, promptNote, commit };
  struct Request {
    Verb verb = Verb::begin;
    TurnPlan plan{};  // of a feed or a prompt's note only the id is set
    Note note{};
    std::size_t notes = 0;  // of a commit: how many notes its prompt has
  };
  class Stream;

  bool ask(const Request& request);
  void run();
  void handle(const Request& request);
  void hint(const Request& request);
  void think(const TurnPlan& plan, std::size_t notes);
  template <typename Thinking>
  bool guarded(Thinking&& thinking);
  void send(const Thought& thought);
  bool stale(TurnId id) const;
  void keepError(const char* text);

  std::unique_ptr<Answerer> answerer_;
  Voice voice_;
  std::function<void()> wake_;
  FixedQueue<Request> requests_;
  FixedQueue<Thought> thoughts_;
  moodycamel::LightweightSemaphore asked_;
  std::atomic<std::uint64_t> wanted_{0};  // the newest try committed; older ones are not waited for
  std::atomic<std::uint64_t> cancelledTurn_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::uint64_t lost_ = 0;  // the try whose commit found no room, until next() has told; the asking side's own
  std::atomic<bool> leaving_{false};
  std::vector<Note> prompt_;
  TurnId promptId_{};
  std::uint32_t broken_ = 0;  // the turn whose hints the answerer broke on
  std::mutex errorLock_;
  std::optional<std::string> error_{};
  std::thread thread_;
};

}  // namespace antiphon
