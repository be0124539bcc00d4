// What is typed, or comes in by a file or a pipe: line by line, each answered.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/command_table.hpp"
#include "bridge/daemon_log.hpp"
#include "bridge/doorway.hpp"
#include "bridge/ensemble.hpp"

namespace antiphon {

/// By the thread that reads what is typed.
class Prompt {
 public:
  struct Manner {
    bool studio = false;  // each answer begins with ok or error, and # begins a comment
    bool json = false;    // for a program
  };

  /// All have to live longer; `ensemble` may be null.
  Prompt(const CommandTable& table, Doorway& doorway, DaemonLog& log, const Ensemble* ensemble, Manner manner)
      : table_{table}, doorway_{doorway}, log_{log}, ensemble_{ensemble}, manner_{manner} {}
  Prompt(const Prompt&) = delete;
  Prompt& operator=(const Prompt&) = delete;

  /// Whether somebody types; else it is a file or a pipe.
  void byHand(bool is) { byHand_ = is; }
  bool byHand() const { return byHand_; }
  void hear(const std::string& line) { asked_.push_back(line); }
  /// So much stands behind a wait that nothing more should be read.
  bool full() const { return asked_.size() >= kMost; }
  /// Nothing is left to be done, and nothing is waited for.
  bool done() const { return asked_.empty() && !waits(); }
  /// Does what was asked for, line by line, unless it is to wait or the music has ended.
  void obey(const std::function<bool()>& ended);
  /// What `wait` asks for.
  Command::Reply wait(double seconds);

  std::vector<std::string> completions(std::string_view before);
  void show(const std::vector<std::string>& choices);

 private:
  static constexpr std::size_t kMost = 256;

  bool waits() const { return std::chrono::steady_clock::now() < waitUntil_ || beside_.valid(); }
  void command(const std::string& line);
  void answer(const Command::Reply& reply);

  const CommandTable& table_;
  Doorway& doorway_;
  DaemonLog& log_;
  const Ensemble* ensemble_;
  Manner manner_;
  bool byHand_ = false;
  std::deque<std::string> asked_{};  // and not done yet, since a `wait` stands before it
  std::chrono::steady_clock::time_point waitUntil_{};
  std::future<Command::Reply> beside_{};  // the answer to a command that takes a while
};

}  // namespace antiphon
