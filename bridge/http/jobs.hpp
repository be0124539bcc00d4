// Work that takes a while, by a few threads beside the music, so much of it and no more.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "bridge/http/answer.hpp"

namespace antiphon::http {

/// Something that is to be done, is being done, or was.
class Job {
 public:
  enum class State : std::uint8_t { waiting, running, done, cancelled };
  using Work = std::function<Answer(Job&)>;
  using Done = std::function<void(const Answer&)>;

  Job(std::string name, Work work, Done done)
      : name_{std::move(name)}, work_{std::move(work)}, done_{std::move(done)} {}
  const std::string& name() const { return name_; }

  // For the work. What is cancelled ends soon; its answer is thrown away.
  std::stop_token stop() const { return stop_.get_token(); }
  void advance(double share) { progress_.store(share, std::memory_order_relaxed); }

 private:
  friend class Jobs;
  std::string name_;
  Work work_;
  Done done_;
  std::stop_source stop_{};
  std::atomic<double> progress_{0};
  State state_ = State::waiting;  // with what follows, under the lock
  Answer answer_{};
  std::chrono::steady_clock::time_point ended_{};
};

/// From any thread.
class Jobs {
 public:
  static constexpr std::size_t kMostKept = 64;
  static constexpr std::chrono::minutes kKept{10};
  struct Size {
    int threads = 1;
    std::size_t waiting = 16;  // jobs that nobody has begun
    bool beside = true;        // the threads give way to all others
  };

  explicit Jobs(Size size);
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  /// `done` is told the answer, by one of the threads or by whoever cancels. Null: too much waits already.
  std::shared_ptr<Job> begin(Job::Work work, Job::Done done);
  /// Likewise, and how it stands can be asked for under its name.
  std::shared_ptr<Job> beginKept(Job::Work work);
  void cancel(Job& job);
  /// What is being done is asked to end, what waits is cancelled, and nothing is begun any more.
  void close();

  /// {job, status, progress, result}; 404: there is none of that name, or not any more.
  Answer report(const std::string& name);
  /// Cancels it, and says how it stands.
  Answer cancel(const std::string& name);
  std::size_t waiting() const;
  std::size_t running() const;

 private:
  std::shared_ptr<Job> enqueue(std::shared_ptr<Job> job, bool kept);
  void run();
  void end(const std::shared_ptr<Job>& job, Job::State state, Answer answer);
  void forgetOld();
  std::shared_ptr<Job> find(const std::string& name);

  Size size_;
  mutable std::mutex mutex_{};
  std::condition_variable more_{};
  bool leaving_ = false;
  std::deque<std::shared_ptr<Job>> waiting_{};
  std::vector<std::shared_ptr<Job>> running_{};
  std::deque<std::shared_ptr<Job>> kept_{};  // by age
  std::vector<std::thread> threads_{};
};

/// From here on this thread works when nobody else wants to.
void stepAside();

}  // namespace antiphon::http
