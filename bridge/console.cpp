#include "bridge/console.hpp"

#include <array>
#include <cstring>
#include <thread>
#include <utility>

#if defined(_WIN32)
#include <conio.h>
#include <io.h>
#include <windows.h>
#else
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#endif

namespace antiphon {

#if defined(_WIN32)

struct Console::Terminal {};

Console::Console(Keys keys, std::function<void(const std::string&)> command)
    : terminal_{_isatty(0) ? std::make_unique<Terminal>() : nullptr},
      keys_{std::move(keys)},
      command_{std::move(command)} {}

Console::~Console() = default;

void Console::poll(std::chrono::milliseconds wait) {
  // Windows cannot wait for a pipe with a limit: there, keys are all that is read.
  const auto until = std::chrono::steady_clock::now() + wait;
  while (std::chrono::steady_clock::now() < until) {
    if (terminal_ && _kbhit()) take(static_cast<char>(_getch()));
    else std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

std::size_t outputWidth() {
  CONSOLE_SCREEN_BUFFER_INFO info;
  if (!_isatty(1) || !GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info)) return 0;
  return static_cast<std::size_t>(info.srWindow.Right - info.srWindow.Left + 1);
}

#else

struct Console::Terminal {
  termios before{};

  Terminal() {
    tcgetattr(STDIN_FILENO, &before);
    termios keys = before;
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    keys.c_cc[VMIN] = 0;
    keys.c_cc[VTIME] = 0;
    set(keys);
  }
  ~Terminal() { set(before); }

  /// A job in the background may not change the terminal: it would be stopped for trying.
  static void set(const termios& mode) {
    struct sigaction ignore {};
    struct sigaction old {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGTTOU, &ignore, &old);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
    sigaction(SIGTTOU, &old, nullptr);
  }
};

namespace {

void say(const char* sequence) {
  if (isatty(STDOUT_FILENO) && write(STDOUT_FILENO, sequence, std::strlen(sequence)) < 0) return;
}

}  // namespace

Console::Console(Keys keys, std::function<void(const std::string&)> command)
    : keys_{std::move(keys)}, command_{std::move(command)} {
  const bool foreground = tcgetpgrp(STDIN_FILENO) == getpgrp();
  if (isatty(STDIN_FILENO) && foreground) terminal_ = std::make_unique<Terminal>();
  else if (isatty(STDIN_FILENO)) ended_ = true;  // reading would stop a background job
  if (terminal_ && keys_.piano) say(KeyReader::kAsk);
}

Console::~Console() {
  if (tells_) say(KeyReader::kTellNoMore);
}

void Console::poll(std::chrono::milliseconds wait) {
  if (ended_) {
    std::this_thread::sleep_for(wait);
    return;
  }
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (::poll(&input, 1, static_cast<int>(wait.count())) <= 0) return;
  std::array<char, 1024> bytes;
  const auto count = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count <= 0) {
    ended_ = !(count < 0 && errno == EINTR);
    if (ended_ && !typed_.empty()) endLine();
    return;
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) take(bytes[i]);
  if (terminal_ && keys_.piano && reader_.canTell() && !std::exchange(tells_, true)) say(KeyReader::kTellAll);
}

std::size_t outputWidth() {
  if (!isatty(STDOUT_FILENO)) return 0;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

#endif

bool Console::inputIsTerminal() const { return terminal_ != nullptr; }

void Console::take(char c) {
  if (terminal_) {
    if (const auto stroke = reader_.take(c)) takeKey(*stroke);
  } else if (c == '\n') {
    endLine();
  } else if (typed_.size() < kLongestLine) {
    typed_ += c;
  } else {
    overlong_ = true;
  }
}

void Console::takeKey(const KeyStroke& stroke) {
  const bool released = stroke.kind == KeyStroke::Kind::released;
  const char c = stroke.key;
  if (c == '\x03') {  // control-C, of a terminal that tells everything
    if (!released) command_("quit");
  } else if (!released && line_.empty() && keys_.single && (c == keys_.record || c == keys_.play)) {
    command_(c == keys_.record ? "record" : "play");
  } else if (keys_.piano && (released || (line_.empty() && c != ':' && c != '\x04'))) {
    keys_.piano(stroke, tells_);
  } else if (released) {
    return;
  } else if (c == '\n') {
    endLine();
  } else if (c == '\x04') {  // control-D
    if (line_.empty()) command_("quit");
  } else {
    overlong_ = c != '\x15' && (overlong_ || line_.text().size() + stroke.text.size() > LineEditor::kLongest);
    line_.take(stroke);
  }
}

void Console::endLine() {
  std::string line = terminal_ ? line_.finish() : std::exchange(typed_, {});
  if (overlong_) line = "(a line of more than " + std::to_string(kLongestLine) + " characters)";
  overlong_ = false;
  if (behindColon() && line.starts_with(':')) line.erase(0, 1);
  // Without a terminal there are no single keys, so a line that is one stands for it.
  if (!terminal_ && keys_.single && line == std::string{keys_.record}) line = "record";
  if (!terminal_ && keys_.single && line == std::string{keys_.play}) line = "play";
  if (line.find_first_not_of(" \t\r") != std::string::npos) command_(line);
}

}  // namespace antiphon
