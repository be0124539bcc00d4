#include "tests/cli/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <util.h>
#else
#include <pty.h>
#endif
#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace antiphon::testing {
namespace {

using Clock = std::chrono::steady_clock;

Clock::time_point in(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{seconds});
}

}  // namespace

Terminal::Terminal(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  winsize size{};
  size.ws_col = 100;
  size.ws_row = 30;
  process_ = forkpty(&keys_, nullptr, nullptr, &size);
  if (process_ < 0) throw std::runtime_error{"there is no terminal to be had"};
  if (process_ == 0) {
#if defined(__linux__)
    prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
    execvp(argv[0], argv.data());
    _exit(127);
  }
}

Terminal::~Terminal() {
  if (process_ > 0) {
    kill(process_, SIGTERM);
    if (wait(5) == -1) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
  }
  close(keys_);
}

/// Takes what is on its way to the screen; a program that waits for it does not go on.
void Terminal::look() {
  pollfd there{keys_, POLLIN, 0};
  if (::poll(&there, 1, 20) <= 0) return;
  std::array<char, 4096> bytes;
  const auto count = read(keys_, bytes.data(), bytes.size());
  if (count > 0) screen_.append(bytes.data(), static_cast<std::size_t>(count));
}

std::vector<std::string> Terminal::answers() const {
  static const std::string kClear = "\x1b[K";
  std::vector<std::string> found;
  std::istringstream lines{screen_};
  for (std::string line; std::getline(lines, line);) {
    if (lines.eof()) break;  // not whole yet
    if (const std::size_t end = line.rfind(kClear); end != std::string::npos) line.erase(0, end + kClear.size());
    while (!line.empty() && line.back() == '\r') line.pop_back();
    if (line == "ok" || line.starts_with("ok ") || line.starts_with("error ")) found.push_back(line);
  }
  return found;
}

std::string Terminal::ask(const std::string& line, double seconds) {
  const std::size_t before = answers().size();
  const std::string typed = line + "\r";  // as the Return key says it
  if (write(keys_, typed.data(), typed.size()) < 0) throw std::runtime_error{"the program reads no more"};
  for (const auto until = in(seconds); Clock::now() < until;) {
    look();
    if (const auto now = answers(); now.size() > before) return now[before];
  }
  return {};
}

bool Terminal::shows(const std::string& text, double seconds) {
  for (const auto until = in(seconds); screen_.find(text) == std::string::npos;) {
    if (Clock::now() > until) return false;
    look();
  }
  return true;
}

int Terminal::wait(double seconds) {
  int status = 0;
  for (const auto until = in(seconds); process_ > 0 && waitpid(process_, &status, WNOHANG) != process_;) {
    if (Clock::now() > until) return -1;
    look();
  }
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace antiphon::testing
