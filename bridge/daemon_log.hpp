// The log and the live line, which share a screen.
#pragma once

#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "bridge/status_line.hpp"

namespace antiphon {

/// In a terminal, log lines scroll above one live line; elsewhere they are plain lines with the date. For one ordinary
/// thread. `aside`: the log goes to standard error, since a program reads the answers.
class DaemonLog {
 public:
  DaemonLog(const std::string& level, Meter meter, int measures, bool aside = false);
  ~DaemonLog();
  DaemonLog(const DaemonLog&) = delete;
  DaemonLog& operator=(const DaemonLog&) = delete;

  void write(const JournalEntry& entry);
  /// Nobody plays and nobody answers here: where a conversation stands is a detail.
  void alone() { alone_ = true; }
  void say(const std::string& text) { print(spdlog::level::info, text); }
  void warn(const std::string& text) { print(spdlog::level::warn, text); }
  void detail(const std::string& text) { print(spdlog::level::debug, text); }
  /// The answer to what was typed: printed at every log level.
  void reply(const std::string& text);
  void expect(int measures) { status_.expect(measures); }
  std::string statusText() const { return status_.text(200); }
  /// Brings the live line up to date; `typed` stands behind it.
  void redraw(const std::string& typed, std::size_t behindCursor = 0);

 private:
  void print(spdlog::level::level_enum level, const std::string& text);
  void clearLine();
  void put(const std::string& text);

  Meter meter_;
  StatusLine status_;
  std::shared_ptr<spdlog::logger> log_;
  std::string shown_;  // on the terminal's last row
  bool terminal_, alone_ = false;
};

}  // namespace antiphon
