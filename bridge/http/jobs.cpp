#include "bridge/http/jobs.hpp"

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <random>
#if defined(__linux__)
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "bridge/http/error.hpp"

namespace antiphon::http {
namespace {

/// Nobody guesses it: whoever knows a job's name may see its result.
std::string newName() {
  std::random_device chance;
  std::string name;
  for (int i = 0; i < 4; ++i) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (auto [bits, digit] = std::pair{chance(), 0}; digit < 8; ++digit, bits >>= 4) name += kDigits[bits & 15];
  }
  return name;
}

std::string_view wordFor(Job::State state, const Answer& answer) {
  switch (state) {
    case Job::State::waiting: return "queued";
    case Job::State::running: return "running";
    case Job::State::cancelled: return "cancelled";
    case Job::State::done: return answer.status < 400 ? "done" : "failed";
  }
  return "";
}

}  // namespace

void stepAside() {
#if defined(__linux__)
  // On Linux a thread has a niceness of its own.
  setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 19);
#endif
}

Jobs::Jobs(Size size) : size_{size} {
  for (int i = 0; i < size_.threads; ++i) threads_.emplace_back([this] { run(); });
}

Jobs::~Jobs() {
  close();
  for (std::thread& thread : threads_) thread.join();
}

void Jobs::close() {
  std::deque<std::shared_ptr<Job>> left;
  {
    const std::lock_guard lock{mutex_};
    leaving_ = true;
    left.swap(waiting_);
    for (const auto& job : running_) job->stop_.request_stop();
  }
  more_.notify_all();
  for (const auto& job : left) end(job, Job::State::cancelled, refusal(503, "the studio is closing"));
}

std::shared_ptr<Job> Jobs::begin(Job::Work work, Job::Done done) {
  return enqueue(std::make_shared<Job>(std::string{}, std::move(work), std::move(done)), false);
}

std::shared_ptr<Job> Jobs::beginKept(Job::Work work) {
  return enqueue(std::make_shared<Job>(newName(), std::move(work), [](const Answer&) {}), true);
}

std::shared_ptr<Job> Jobs::enqueue(std::shared_ptr<Job> job, bool kept) {
  {
    const std::lock_guard lock{mutex_};
    forgetOld();
    if (leaving_ || waiting_.size() >= size_.waiting) return nullptr;
    if (kept && kept_.size() >= kMostKept) return nullptr;
    waiting_.push_back(job);
    if (kept) kept_.push_back(job);
  }
  more_.notify_one();
  return job;
}

/// The oldest results make room; what is not done yet stays.
void Jobs::forgetOld() {
  const auto now = std::chrono::steady_clock::now();
  const auto isOver = [](const auto& job) {
    return job->state_ == Job::State::done || job->state_ == Job::State::cancelled;
  };
  std::erase_if(kept_, [&](const auto& job) { return isOver(job) && now - job->ended_ > kKept; });
  if (kept_.size() < kMostKept) return;
  if (const auto old = std::ranges::find_if(kept_, isOver); old != kept_.end()) kept_.erase(old);
}

void Jobs::run() {
  if (size_.beside) stepAside();
  while (true) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock{mutex_};
      more_.wait(lock, [this] { return leaving_ || !waiting_.empty(); });
      if (leaving_) return;
      job = std::move(waiting_.front());
      waiting_.pop_front();
      job->state_ = Job::State::running;
      running_.push_back(job);
    }
    Answer answer;
    try {
      answer = job->work_(*job);
    } catch (const HttpError& error) {
      answer = refusal(error.status(), error.what());
    } catch (const std::exception& error) {
      answer = refusal(500, error.what());
    }
    job->work_ = {};  // with the files that it had
    const bool cancelled = job->stop_.stop_requested();
    if (cancelled) answer = refusal(503, "it was cancelled");
    {
      const std::lock_guard lock{mutex_};
      std::erase(running_, job);
    }
    end(job, cancelled ? Job::State::cancelled : Job::State::done, std::move(answer));
  }
}

void Jobs::end(const std::shared_ptr<Job>& job, Job::State state, Answer answer) {
  {
    const std::lock_guard lock{mutex_};
    job->state_ = state;
    job->answer_ = std::move(answer);
    job->ended_ = std::chrono::steady_clock::now();
  }
  job->done_(job->answer_);
}

void Jobs::cancel(Job& job) {
  job.stop_.request_stop();
  std::shared_ptr<Job> out;
  {
    const std::lock_guard lock{mutex_};
    const auto found = std::ranges::find(waiting_, &job, &std::shared_ptr<Job>::get);
    if (found == waiting_.end()) return;
    out = std::move(*found);
    waiting_.erase(found);
  }
  out->work_ = {};
  end(out, Job::State::cancelled, refusal(503, "it was cancelled"));
}

std::shared_ptr<Job> Jobs::find(const std::string& name) {
  const std::lock_guard lock{mutex_};
  forgetOld();
  const auto found = std::ranges::find(kept_, name, &Job::name);
  if (found == kept_.end())
    throw HttpError{404,
                    "there is no job of that name; results are kept for " + std::to_string(kKept.count()) + " minutes"};
  return *found;
}

Answer Jobs::report(const std::string& name) {
  const std::shared_ptr<Job> job = find(name);
  const std::lock_guard lock{mutex_};
  const bool over = job->state_ == Job::State::done || job->state_ == Job::State::cancelled;
  const double progress = job->state_ == Job::State::done ? 1 : job->progress_.load(std::memory_order_relaxed);
  nlohmann::ordered_json json{
      {"job", job->name_}, {"status", wordFor(job->state_, job->answer_)}, {"progress", progress}, {"result", nullptr}};
  std::string text = json.dump();
  // The result is JSON already, and may be long.
  if (over) text.replace(text.size() - 5, 4, job->answer_.body);
  return {200, std::move(text)};
}

Answer Jobs::cancel(const std::string& name) {
  cancel(*find(name));
  return report(name);
}

std::size_t Jobs::waiting() const {
  const std::lock_guard lock{mutex_};
  return waiting_.size();
}

std::size_t Jobs::running() const {
  const std::lock_guard lock{mutex_};
  return running_.size();
}

}  // namespace antiphon::http
