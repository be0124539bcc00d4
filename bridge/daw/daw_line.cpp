#include "bridge/daw/daw_line.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace antiphon {
namespace {

constexpr std::size_t kMostNews = 32;  // the oldest go

}  // namespace

DawLine::DawLine(std::unique_ptr<Daw> daw) : daw_{std::move(daw)}, thread_{[this] { run(); }} {}

DawLine::~DawLine() {
  {
    const std::scoped_lock lock{mutex_};
    leaving_ = true;
    asked_.clear();
  }
  rung_.notify_all();
  // The call under way may have begun just now, so it is ended as often as it takes.
  for (bool through = false; !through;) {
    daw_->abandon();
    std::unique_lock lock{mutex_};
    through = rung_.wait_for(lock, std::chrono::milliseconds{20}, [this] { return !calling_; });
  }
  thread_.join();
}

bool DawLine::ask(std::string what, Deed deed) {
  {
    const std::scoped_lock lock{mutex_};
    if (asked_.size() >= kMostWaiting) return false;
    asked_.push_back({std::move(what), std::move(deed)});
  }
  rung_.notify_all();
  return true;
}

void DawLine::lookNow() {
  {
    const std::scoped_lock lock{mutex_};
    lookWanted_ = true;
  }
  rung_.notify_all();
}

DawKnown DawLine::known() const {
  const std::scoped_lock lock{mutex_};
  return known_;
}

std::vector<DawNews> DawLine::news() {
  const std::scoped_lock lock{mutex_};
  std::vector<DawNews> told{std::make_move_iterator(news_.begin()), std::make_move_iterator(news_.end())};
  news_.clear();
  return told;
}

void DawLine::tend(Steady::time_point now) {
  bool hangs = false;
  {
    const std::scoped_lock lock{mutex_};
    hangs = calling_ && now - *calling_ > kLongestCall;
  }
  if (hangs) daw_->abandon();
}

void DawLine::run() {
#if !defined(_WIN32)
  // Who hangs up while it is spoken to is an error that is answered, and no signal that ends the program.
  sigset_t hungUp;
  sigemptyset(&hungUp);
  sigaddset(&hungUp, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &hungUp, nullptr);
#endif
  std::unique_lock lock{mutex_};
  while (!leaving_) {
    const bool due = std::exchange(lookWanted_, false) || Steady::now() >= nextLook_;
    if (asked_.empty() && !due) {
      rung_.wait_until(lock, nextLook_);
      continue;
    }
    lookWanted_ = due && !asked_.empty();  // after what was asked for
    std::optional<Asked> next;
    if (!asked_.empty()) {
      next = std::move(asked_.front());
      asked_.pop_front();
    }
    calling_ = Steady::now();
    lock.unlock();
    if (next) perform(*next);
    else look();
    lock.lock();
    calling_.reset();
    rung_.notify_all();
  }
}

void DawLine::look() {
  DawState state;
  try {
    state = daw_->look();
  } catch (const std::exception& error) {
    return lost(error.what());
  }
  const std::scoped_lock lock{mutex_};
  pause_ = kEvery;
  nextLook_ = Steady::now() + pause_;
  if (known_.connected != true) tell(false, daw_->name() + " is there");
  if (!state.remark.empty() && state.remark != remark_) tell(true, daw_->name() + ": " + state.remark);
  remark_ = state.remark;
  known_ = {true, {}, std::move(state)};
}

void DawLine::perform(const Asked& asked) {
  try {
    asked.deed(*daw_);
    const std::scoped_lock lock{mutex_};
    tell(false, asked.what + ": done");
  } catch (const DawAway& error) {
    {
      const std::scoped_lock lock{mutex_};
      tell(true, asked.what + ": " + daw_->name() + " did not hear it, or did not answer (" + error.what() + ")");
    }
    lookNow();
  } catch (const std::exception& error) {
    const std::scoped_lock lock{mutex_};
    tell(true, asked.what + ": " + error.what());
  }
}

/// Said when it goes, not each time it is found gone.
void DawLine::lost(const std::string& why) {
  const std::scoped_lock lock{mutex_};
  const bool before = known_.connected.value_or(true);
  pause_ = before ? kEvery : std::min(2 * pause_, kSeldom);
  nextLook_ = Steady::now() + pause_;
  if (before) tell(true, daw_->name() + " is away: " + why + "; the music goes on without it");
  known_ = {false, why, {}};
}

void DawLine::tell(bool warning, std::string text) {
  news_.push_back({warning, std::move(text)});
  if (news_.size() > kMostNews) news_.pop_front();
}

}  // namespace antiphon
