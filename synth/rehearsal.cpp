#include "synth/rehearsal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "synth/faust_plugin.hpp"
#include "synth/patch.hpp"
#include "synth/trial.hpp"

extern char** environ;

namespace antiphon::synth {
namespace {

using TrialClock = std::chrono::steady_clock;

constexpr const char* kProgram = "antiphon_rehearsal";
constexpr auto kLongestTrial = std::chrono::seconds{20};
constexpr std::size_t kLargestCode = std::size_t{64} << 20;
constexpr rlim_t kMemoryThere = rlim_t{4} << 30;
constexpr int kModest = 10;  // of 19
constexpr int kAccepted = 0, kRefused = 3;

/// It lies beside the plug-in.
std::filesystem::path programPath() {
  for (const auto& plugin : faustPlugins()) {
    std::error_code none;
    const auto path = plugin.parent_path() / kProgram;
    if (std::filesystem::exists(path, none)) return path;
  }
  throw PatchError{std::string{kProgram} + " is missing: it belongs beside antiphon_faust.so"};
}

class Socket {
 public:
  explicit Socket(int fd) : fd_{fd} {}
  ~Socket() { shut(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }
  void shut() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

/// A process that is waited for, or ended.
class Rehearsal {
 public:
  Rehearsal(const std::string& name, const std::string& folder) {
    const std::string path = programPath().string();
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) refuse();
    ours_.emplace(ends[0]);
    Socket theirs{ends[1]};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, theirs.fd(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, theirs.fd(), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
    std::array<std::string, 3> words{path, name, folder};
    std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
    const int failed = posix_spawn(&process_, path.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
      process_ = -1;
      refuse();
    }
  }
  ~Rehearsal() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    static_cast<void>(ended());
  }
  Rehearsal(const Rehearsal&) = delete;
  Rehearsal& operator=(const Rehearsal&) = delete;

  /// What it says of the source; nothing: it takes too long.
  std::optional<std::string> says(std::string_view source) {
    const auto until = TrialClock::now() + kLongestTrial;
    std::string said;
    bool told = false;
    while (true) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - TrialClock::now()).count();
      if (left <= 0) return {};
      pollfd watched{ours_->fd(), static_cast<short>(POLLIN | (told ? 0 : POLLOUT)), 0};
      if (poll(&watched, 1, static_cast<int>(left)) <= 0) continue;
      if (!told && (watched.revents & POLLOUT) != 0) {
        const ssize_t sent = ::send(ours_->fd(), source.data(), source.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) source.remove_prefix(static_cast<std::size_t>(sent));
        told = source.empty() || (sent < 0 && errno != EAGAIN && errno != EINTR);
        if (told) shutdown(ours_->fd(), SHUT_WR);
      }
      if ((watched.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      std::array<char, 4096> some;
      const ssize_t got = recv(ours_->fd(), some.data(), some.size(), MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return said;
      if (said.size() > kLargestCode) return {};
      if (got > 0) said.append(some.data(), static_cast<std::size_t>(got));
    }
  }

  /// The exit code; -1: something has brought it down.
  int ended() {
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {}
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  [[noreturn]] static void refuse() {
    throw PatchError{"a module cannot be tried just now: the system starts no other process"};
  }

  std::optional<Socket> ours_{};
  pid_t process_ = -1;
};

}  // namespace

Rehearsed rehearsed(const std::string& name, const std::string& source, const std::string& folder) {
  Rehearsal rehearsal{name, folder};
  const auto said = rehearsal.says(source);
  if (!said) throw PatchError{name + " is refused: it takes more than 20 seconds to be compiled and tried"};
  const int code = rehearsal.ended();
  if (code == kRefused) throw PatchError{*said};
  Rehearsed all;
  int used = 0;
  if (code != kAccepted || std::sscanf(said->c_str(), "%lg %lg%n", &all.milliseconds, &all.share, &used) != 2)
    throw PatchError{name + " is refused: it brings down Faust's compiler, or itself; it may be too large"};
  all.code = said->substr(static_cast<std::size_t>(used) + 1);
  return all;
}

int rehearse(const std::string& name, const std::string& folder) {
  const rlimit memory{kMemoryThere, kMemoryThere}, none{0, 0};
  setrlimit(RLIMIT_AS, &memory);
  setrlimit(RLIMIT_CORE, &none);
  setpriority(PRIO_PROCESS, 0, kModest);  // what sounds comes first
  std::string source;
  std::array<char, 4096> some;
  for (std::size_t got = 0; (got = std::fread(some.data(), 1, some.size(), stdin)) > 0;)
    source.append(some.data(), got);
  try {
    const auto begin = TrialClock::now();
    const std::string code = Program::compiled(name, source, folder);
    const std::chrono::duration<double, std::milli> took = TrialClock::now() - begin;
    const double share = tried(name, *Program::loaded(name, code));  // as it will be played
    std::printf("%.6g %.6g\n", took.count(), share);
    std::fwrite(code.data(), 1, code.size(), stdout);
  } catch (const PatchError& error) {
    std::fputs(error.what(), stdout);
    return kRefused;
  }
  return kAccepted;
}

}  // namespace antiphon::synth
