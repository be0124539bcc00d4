#if defined(ANTIPHON_HAVE_JACK)

#include "bridge/dummy_jack.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include "bridge/jack_client.hpp"
#include "bridge/jack_places.hpp"
#include "bridge/thread_priority.hpp"

namespace antiphon {
namespace {

using namespace std::chrono_literals;

constexpr const char* kVariable = "JACK_DEFAULT_SERVER";
constexpr const char* kPrefix = "antiphon-";

std::string freshName() {
  static std::atomic<int> count{0};
  return kPrefix + std::to_string(getpid()) + "_" + std::to_string(++count) + "_" +
         std::to_string(std::random_device{}() % 10000);
}

/// True when `condition` came about in time.
template <typename Condition>
bool within(std::chrono::milliseconds limit, Condition&& condition) {
  for (const auto deadline = std::chrono::steady_clock::now() + limit; std::chrono::steady_clock::now() < deadline;) {
    if (condition()) return true;
    std::this_thread::sleep_for(20ms);
  }
  return condition();
}

}  // namespace

DummyJack::DummyJack(bool brisk, unsigned period)
    : brisk_{brisk && probeThreadPriority() == ThreadPriority::realtime}, period_{period} {
  if (const char* before = std::getenv(kVariable)) {
    before_ = before;
    hadBefore_ = true;
  }
  start();
}

DummyJack::~DummyJack() {
  stop();
  if (hadBefore_) setenv(kVariable, before_.c_str(), 1);
  else unsetenv(kVariable);
}

void DummyJack::startAgain() {
  stop();
  start();
}

void DummyJack::start() {
  giveBackJackPlaces(kPrefix);  // of test runs that were killed
  name_ = freshName();
  log_ = "/tmp/antiphon-jackd-" + name_ + ".log";
  setenv(kVariable, name_.c_str(), 1);
  const std::string rate = std::to_string(kRate);
  const std::string period = std::to_string(period_);
  const char* const words[] = {"jackd",      brisk_ ? "--realtime" : "--no-realtime",
                               "--no-mlock", "-S",
                               "-n",         name_.c_str(),
                               "-d",         "dummy",
                               "-r",         rate.c_str(),
                               "-p",         period.c_str(),
                               nullptr};
  process_ = fork();
  if (process_ == 0) {
#if defined(__linux__)
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // a test that crashes leaves no server behind
#endif
    setsid();
    const int nothing = open("/dev/null", O_RDONLY);
    const int log = open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(nothing, 0);
    dup2(log, 1);
    dup2(log, 2);
    execvp(words[0], const_cast<char* const*>(words));
    _exit(127);
  }
  if (within(10s, [] { return openJack("antiphon-waits") != nullptr; })) return;
  std::stringstream text;
  text << std::ifstream{log_}.rdbuf();
  stop();
  throw std::runtime_error{"jackd does not start:\n" + text.str()};
}

void DummyJack::stop() {
  if (process_ <= 0) return;
  kill(process_, SIGTERM);
  const auto ended = [this] { return waitpid(process_, nullptr, WNOHANG) == process_; };
  if (!within(5s, ended)) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    giveBackJackPlaces(kPrefix);
  }
  process_ = -1;
  unlink(log_.c_str());
  // Clients that were connected to the end leave their semaphores behind.
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{"/dev/shm", ignored}) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with("jack_sem.") && file.find("_" + name_ + "_") != std::string::npos) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

}  // namespace antiphon

#endif
